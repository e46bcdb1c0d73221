import { withSizes } from "#runtime/contract/model-choices.ts";
import type {
  ContaminationJob,
  EvaluateJob,
  FinetuneJob,
  MajorityJob,
  PretrainJob,
  ResolvedModel,
  ResolvedTask,
  TrainedTask,
} from "#runtime/contract/plan.ts";
import type { SpecPath } from "#runtime/contract/problem.ts";
import type { FinetuneSettings, FinetuneSpec, Ref } from "#runtime/contract/spec.ts";
import { answeringStack } from "#runtime/programs/parts.ts";
import { headOf, isTextToText } from "#runtime/programs/task-parts.ts";
import { lengthBucket } from "#runtime/tasks/buckets.ts";
import { declaredUse } from "./cells.ts";
import { expectedTokensPerByte } from "./expected-vocabulary.ts";
import { finetuneContent, taskContent } from "./fingerprint.ts";
import { beyondMemory } from "./memory-limit.ts";
import { addEvaluation } from "./plan-evaluation.ts";
import { planOwnTokenizer } from "./plan-preparation.ts";
import { planPretraining, settle } from "./plan-pretraining.ts";
import { type Planner, unplannable } from "./planner.ts";

/** The weights that a fine-tuning starts from: the final or intermediate ones of a pre-training, or newly initialised ones. */
export type StartingWeights =
  | { from: PretrainJob; at?: number }
  | { from: null; model: ResolvedModel; tokenizer: { id: string; fingerprint: string } };

export function planFinetuning(planner: Planner, name: string): FinetuneJob | EvaluateJob | null {
  const finetune = planner.spec.finetunings[name]!;
  const start = startOf(planner, finetune.from, ["finetunings", name, "from"]);
  return start && addOnTask(planner, start, { settings: finetune, seed: finetune.seed, name, at: ["finetunings", name] });
}

export interface FinetuningRun {
  settings: FinetuneSettings;
  seed: number;
  name: string;
  /** Place of the settings in the specification. */
  at: SpecPath;
  /** Use the model only up to this layer. */
  layers?: number;
}

/** Plans a model on a task: a fine-tuning, or an evaluation if the task has no training examples. */
export function addOnTask(planner: Planner, start: StartingWeights, run: FinetuningRun): FinetuneJob | EvaluateJob | null {
  const task = readTask(planner, run.settings.task);
  if (!task) return null;
  const tokenizer = start.from ? tokenizerOf(planner, start.from) : start.tokenizer;
  if (task.train === null) return addEvaluation(planner, start, run, { task, tokenizer });
  return addFinetuning(planner, start, run, { task, tokenizer });
}

function addFinetuning(
  planner: Planner,
  start: StartingWeights,
  run: FinetuningRun,
  { task, tokenizer }: { task: TrainedTask; tokenizer: { id: string; fingerprint: string } },
): FinetuneJob | null {
  const { task: taskName, epochs, batch, accumulate, train, optimizer, dropout, layerDecay, patience } = run.settings;
  const ways = { ...(layerDecay === undefined ? {} : { layerDecay }), ...(patience === undefined ? {} : { patience }) };
  const { sizes, characters, longestBytes } = planner.taskOf(taskName);
  const settings = { epochs, batch, accumulate, train, optimizer, dropout, ...ways };
  const whole = start.from ? start.from.model : usedFor(start.model, task);
  const model = run.layers === undefined ? whole : withSizes(whole, { layers: run.layers });
  const misfit = misfitOf(task, model);
  if (misfit) return unplannable(planner, "task-does-not-fit", [...run.at, "task"], `${taskName}: ${misfit}`);
  if (train.kind === "head" && isTextToText(task))
    return unplannable(
      planner,
      "nothing-to-train",
      [...run.at, "train"],
      `${taskName} is answered by writing, and no head is added that could be trained. Use train: all, last, biases, lora or adapters.`,
    );
  const { layers, name: side } = answeringStack(model, task);
  // models with fewer layers on both sides are reported at their declaration
  if (train.kind === "last" && train.layers > layers && train.layers <= model.layers)
    return unplannable(
      planner,
      "more-layers-than-model",
      [...run.at, "train"],
      `The last ${train.layers} layers cannot be trained: the ${side} of the model, which writes the answers to ${taskName}, has ${layers}. Use at most that many, or train: all.`,
    );
  const read = headOf(task) ? reading(model, longestBytes, tokensPerByte(planner, tokenizer.id)) : model;
  const memoryOf = (size: { model: ResolvedModel; batch: number; accumulate: number }) =>
    planner.costs.finetune(size.model, { ...settings, batch: size.batch, accumulate: size.accumulate }, task).memoryBytes;
  const tooLarge = beyondMemory(
    { label: run.name, model: read, batch, accumulate, optimizer: settings.optimizer, memoryOf, at: [...run.at, "batch"] },
    planner.memoryBytes,
  );
  if (tooLarge) {
    planner.problems.push(tooLarge);
    return null;
  }
  const at = start.from ? start.at : undefined;
  const content = finetuneContent({
    from: start.from?.fingerprint ?? null,
    at,
    tokenizer: tokenizer.fingerprint,
    model,
    task,
    settings,
    seed: run.seed,
  });
  return planner.graph.add("finetune", content, {
    name: run.name,
    after: start.from ? [start.from.id, tokenizer.id] : [tokenizer.id],
    from: start.from?.id ?? null,
    ...(at === undefined ? {} : { at }),
    model,
    tokenizer: tokenizer.id,
    task,
    taskName,
    settings,
    seed: run.seed,
    cost: planner.costs.finetune(read, settings, task),
    examples: sizes,
    fill: lengthBucket(tokensOf(characters, tokensPerByte(planner, tokenizer.id)), read.context) / read.context,
  });
}

/**
 * The model with a context for the longest text of the task: batches are padded to their own longest text, so the cost of a step depends on
 * that and not on the context. A text may have twice as many tokens as expected for its bytes, but never more tokens than bytes.
 */
function reading(model: ResolvedModel, longestBytes: number, perByte: number): ResolvedModel {
  const context = lengthBucket(tokensOf(longestBytes, Math.min(1, 2 * perByte)), model.context);
  return withSizes(model, { context, positions: model.positions });
}

/** Estimated number of tokens of a text, including special tokens. */
function tokensOf(bytes: number, perByte: number): number {
  return Math.ceil(bytes * perByte) + separators;
}

function tokensPerByte(planner: Planner, tokenizer: string): number {
  const job = planner.graph.jobs().find(({ id }) => id === tokenizer);
  return expectedTokensPerByte(job?.kind === "tokenizer" && "tokenizer" in job ? job.tokenizer : null);
}

/** Number of special tokens around a text: `<s>` and `</s>`. */
const separators = 2;

/**
 * In an encoder-decoder, only the encoder learns labels: from scratch, the model is an encoder, and the job is the same as an encoder's.
 */
function usedFor(model: ResolvedModel, task: ResolvedTask): ResolvedModel {
  return model.architecture === "encoder-decoder" && headOf(task) ? { ...model, architecture: "encoder" } : model;
}

/** Why an architecture cannot do a task; null if it can. */
function misfitOf(task: TrainedTask, { architecture, readsPrefix }: ResolvedModel): string | null {
  const head = headOf(task);
  if (head) {
    if (!head.pooler || architecture !== "decoder" || readsPrefix) return null;
    return "its pooler reads the first token, which in a decoder attends to no other. Use pool: last or mean, or an encoder.";
  }
  if (architecture !== "encoder") return null;
  const what = "as" in task ? `${task.kind} as text` : task.kind;
  return `${what} needs a model that writes text, but this is an encoder. Use a decoder or an encoder-decoder${"as" in task ? ", or as: head" : ""}.`;
}

export function addMajority(planner: Planner, taskName: Ref): MajorityJob | null {
  const task = readTask(planner, taskName);
  return task && planner.graph.add("majority", { task: taskContent(task) }, { name: `majority on ${taskName}`, after: [], task, taskName });
}

/** @param corpusJob id of the corpus job @param corpus its name in the specification */
export function addContaminationCheck(planner: Planner, taskName: Ref, corpusJob: string, corpus: Ref): ContaminationJob | null {
  const task = readTask(planner, taskName);
  const { fingerprint } = planner.graph.jobs().find(({ id }) => id === corpusJob)!;
  return (
    task &&
    planner.graph.add(
      "contamination",
      { task: taskContent(task), corpus: fingerprint },
      { name: `test examples of ${taskName} in ${corpus}`, after: [corpusJob], corpus: corpusJob, task, taskName },
    )
  );
}

export function startOf(planner: Planner, from: FinetuneSpec["from"], at: SpecPath): StartingWeights | null {
  const unusable = (what: string) =>
    unplannable(planner, "unresolved-reference", at, `The ${what} cannot be used. See the problem at its declaration.`);
  if (from.kind === "checkpoint") return startFromCheckpoint(planner, from.model) ?? unusable(`model ${from.model}`);
  if (!planner.spec.pretrainings[from.pretrain]) return unusable(`pre-training ${from.pretrain}`);
  return from.kind === "pretrain" ? startFrom(planner, from.pretrain) : startFresh(planner, from.pretrain);
}

function startFromCheckpoint(planner: Planner, name: Ref): StartingWeights | null {
  const checkpoint = planner.checkpoints.get(name);
  if (!checkpoint) return null;
  return { from: null, model: checkpoint.model, tokenizer: planOwnTokenizer(planner, name, checkpoint.files) };
}

function startFrom(planner: Planner, pretrain: Ref): StartingWeights | null {
  const from = planPretraining(planner, pretrain);
  return from && { from };
}

function startFresh(planner: Planner, pretrain: Ref): StartingWeights | null {
  const setting = settle(planner, declaredUse(planner.spec, pretrain));
  return setting && { from: null, model: withoutWeights(setting.model), tokenizer: setting.tokenizer };
}

/** The same model with newly initialised weights. */
export function withoutWeights({ weights: _, ...model }: ResolvedModel): ResolvedModel {
  return model;
}

function readTask(planner: Planner, name: Ref): ResolvedTask | null {
  const { task } = planner.taskOf(name);
  return task ?? unplannable(planner, "unresolved-reference", ["tasks", name], `The task ${name} cannot be used. See its problems.`);
}

function tokenizerOf(planner: Planner, pretrain: PretrainJob): { id: string; fingerprint: string } {
  return planner.graph.jobs().find((job) => job.id === pretrain.tokenizer)!;
}
