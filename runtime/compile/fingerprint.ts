import { createHash } from "node:crypto";
import { textFormatOf } from "#runtime/contract/formats.ts";
import { ownChoices } from "#runtime/contract/model-choices.ts";
import type {
  CheckpointFiles,
  InputSpecification,
  JobKind,
  PretrainJob,
  ResolvedModel,
  ResolvedObjective,
  ResolvedTask,
} from "#runtime/contract/plan.ts";
import type { CorpusSpec, DataFiles, FinetuneSettings, LearnedTokenizerSpec, TokenLossSettings } from "#runtime/contract/spec.ts";
import { revisionsOf } from "#runtime/objectives/objective-table.ts";
import { cooldownSteps } from "#runtime/programs/learning-rate.ts";
import { headOf } from "#runtime/programs/task-parts.ts";
import { pathsOf } from "#runtime/tasks/examples.ts";

/**
 * The version of the computation of each kind of job. Raise it when the same declaration would give different numbers: a higher version
 * invalidates every earlier result of the kind and everything computed from it.
 */
const versions: Record<JobKind, number> = {
  corpus: 1,
  tokenizer: 2,
  encode: 3,
  contamination: 1,
  measure: 1,
  pretrain: 4,
  finetune: 4,
  evaluate: 1,
  majority: 3,
  compare: 7,
};

/** SHA-256 (hex) of what a job computes, which excludes names, comments and paths. */
export function fingerprint(kind: JobKind, content: unknown): string {
  return createHash("sha256")
    .update(canonical({ kind, version: versions[kind], content }))
    .digest("hex");
}

/** JSON with sorted keys, which is the same text for equal values, however they were written. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

/**
 * The content of a corpus job for its fingerprint. It includes the order of the files (in which documents are read) and the format of each
 * file that is not plain text, but no names. Keys that the declaration omits leave no trace.
 */
export function corpusContent(corpus: CorpusSpec, files: readonly { path: string; sha256: string }[]): unknown {
  const { documents, split, column, deduplicate, limit } = corpus;
  // the same bytes are different documents as JSON Lines and as text
  const formats = files.map(({ path }) => textFormatOf(path));
  return {
    documents,
    split,
    files: files.map(({ sha256 }) => sha256),
    ...(formats.some(({ table, compressed }) => table ?? compressed) ? { formats, column: column ?? "text" } : {}),
    ...(deduplicate === "none" ? {} : { deduplicate }),
    ...(limit ? { limit } : {}),
  };
}

export function tokenizerContent(tokenizer: LearnedTokenizerSpec, corpusFingerprint: string): unknown {
  const { kind, vocabulary, lowercase, sentinels } = tokenizer;
  return { kind, vocabulary, lowercase, sentinels, corpus: corpusFingerprint };
}

type Pretraining = Pick<
  PretrainJob,
  | "model"
  | "objective"
  | "steps"
  | "warmupSteps"
  | "batch"
  | "accumulate"
  | "optimizer"
  | "precision"
  | "seed"
  | "ema"
  | keyof TokenLossSettings
>;

/** The content of a pre-training for its fingerprint, without `evaluateEvery`, `save` and `keep`, which do not change the final model. */
export function pretrainContent(job: Pretraining, encodedFingerprint: string): unknown {
  const { warmup, cooldown, ...optimizer } = job.optimizer;
  // each part that resets the optimiser has its own warm-up and cooldown
  const resets = job.objective.kind === "sequence" && job.objective.resetOptimizer;
  return {
    ...(resets ? { warmup, cooldown } : {}),
    ...(job.optimizer.schedule === "wsd" ? { cooldownSteps: cooldownSteps(job.optimizer, job.steps) } : {}),
    model: modelContent(job.model),
    objective: objectiveContent(job.objective),
    encoded: encodedFingerprint,
    steps: job.steps,
    warmupSteps: job.warmupSteps,
    batch: job.batch,
    accumulate: job.accumulate,
    optimizer,
    // absent where there are none
    labelSmoothing: job.labelSmoothing,
    zLoss: job.zLoss,
    ema: job.ema,
    ...(job.model.weights ? readingContent(job.model, tasksIn(job.objective)) : {}),
    ...headContent(tasksIn(job.objective), job.model.dropout),
    ...prefixContent(job.model, tasksIn(job.objective)),
    // results from before this setting was introduced stay valid
    ...(job.precision === "float32" ? {} : { precision: job.precision }),
    seed: job.seed,
  };
}

/** The content of a step time measurement for its fingerprint: what a step computes, which determines its time. */
export function measureContent(
  job: Pick<PretrainJob, "model" | "objective" | "batch" | "accumulate" | "optimizer" | "precision">,
  encodedFingerprint: string,
): unknown {
  const { model, objective, batch, accumulate, optimizer, precision } = job;
  const { kind, clip } = optimizer;
  return {
    model: modelContent(model),
    objective: objectiveContent(objective),
    encoded: encodedFingerprint,
    batch,
    accumulate,
    ...(model.recompute ? { recompute: true } : {}),
    optimizer: { kind, clips: clip !== null },
    precision,
  };
}

export function finetuneContent(job: {
  /** Fingerprints; `from` is null for newly initialised weights. */
  from: string | null;
  /** The step of `from` whose weights are used, if it is not the last. */
  at?: number | undefined;
  tokenizer: string;
  model: ResolvedModel;
  task: ResolvedTask;
  settings: Omit<FinetuneSettings, "task">;
  seed: number;
}): unknown {
  const { from, at, tokenizer, seed, settings } = job;
  return {
    from,
    at,
    tokenizer,
    seed,
    model: modelContent(job.model),
    task: taskContent(job.task),
    settings: settingsContent(settings),
    ...readingContent(job.model, [job.task]),
    ...headContent([job.task], settings.dropout),
    ...prefixContent(job.model, [job.task]),
  };
}

export function evaluateContent(job: {
  /** Fingerprints; `from` is null for the weights of a checkpoint, or newly initialised ones. */
  from: string | null;
  /** The step of `from` whose weights are used, if it is not the last. */
  at?: number | undefined;
  tokenizer: string;
  model: ResolvedModel;
  task: ResolvedTask;
  batch: number;
  seed: number;
}): unknown {
  const { from, at, tokenizer, batch, seed } = job;
  const weights = from === null ? { seed } : { from, at };
  return { ...weights, tokenizer, batch, model: modelContent(job.model), task: taskContent(job.task) };
}

/** In earlier versions, heads had no dropout on their input; results without dropout stay valid. */
function headContent(tasks: readonly ResolvedTask[], dropout: number): object {
  return dropout > 0 && tasks.some((task) => headOf(task) && headOf(task)?.form !== "span") ? { heads: 1 } : {};
}

function prefixContent({ readsPrefix }: ResolvedModel, tasks: readonly ResolvedTask[]): object {
  return readsPrefix && tasks.length > 0 ? { readsPrefix } : {};
}

/** Changes in how texts are framed and written. Only results that a change affects become stale. */
function readingContent({ weights }: ResolvedModel, tasks: readonly ResolvedTask[]): object {
  return {
    // in the frame of the checkpoint's tokenizer, with token types
    ...(weights && tasks.length > 0 ? { frames: 1 } : {}),
    // by the search of Transformers
    ...(tasks.some((task) => "beams" in task && task.beams > 1) ? { search: 1 } : {}),
  };
}

function tasksIn(objective: ResolvedObjective): ResolvedTask[] {
  if (objective.kind === "supervised") return [objective.task];
  return objective.kind === "mixture" || objective.kind === "sequence" ? objective.parts.flatMap((part) => tasksIn(part.objective)) : [];
}

/** The content of a task for fingerprints: its settings, and its files by role and content. */
export function taskContent(task: ResolvedTask): unknown {
  const { files, train, validation, test, ...settings } = task;
  const sha256 = (path: string) => files.find((file) => file.path === path)?.sha256;
  const content = (where: DataFiles | number | null) => (typeof where === "number" || where === null ? where : pathsOf(where).map(sha256));
  return { ...settings, train: content(train), validation: content(validation), test: content(test) };
}

export function objectiveContent(objective: ResolvedObjective): unknown {
  switch (objective.kind) {
    case "mixture":
    case "sequence":
      return {
        kind: objective.kind,
        ...(objective.kind === "sequence" && objective.resetOptimizer ? { resetOptimizer: true } : {}),
        parts: objective.parts.map((part) => ({ weight: part.weight, objective: objectiveContent(part.objective) })),
      };
    case "supervised":
      return { kind: objective.kind, task: taskContent(objective.task) };
    default: {
      const { doc: _, ...settings } = objective;
      return { ...settings, ...revisionsOf(objective) };
    }
  }
}

/** Choices of a model declared by its sizes leave no trace, so that a new one changes no fingerprint. */
function modelContent(model: ResolvedModel): unknown {
  // a checkpoint's weights determine what newly initialised ones would be drawn from
  const { pooler, initial, ...choices } = ownChoices(model);
  return {
    architecture: model.architecture,
    ...inputContent(model.input),
    // other targets than what is read
    ...(model.targets.classes === model.input.vocabulary ? {} : { targets: model.targets }),
    layers: model.layers,
    hidden: model.hidden,
    heads: model.heads,
    feedForward: model.feedForward,
    context: model.context,
    position: model.position,
    norm: model.norm,
    placement: model.placement,
    activation: model.activation,
    tiedEmbeddings: model.tiedEmbeddings,
    biases: model.biases,
    dropout: model.dropout,
    ...choices,
    ...(model.weights ? { weights: checkpointContent(model.weights) } : { pooler, initial }),
  };
}

/** Token types leave no trace if there are none. */
function inputContent({ vocabulary, types }: InputSpecification): object {
  return { vocabulary, ...(types > 0 ? { tokenTypes: types } : {}) };
}

/** The content of a checkpoint for fingerprints: the content of its files. */
export function checkpointContent({ files }: CheckpointFiles): unknown {
  return files.map(({ sha256 }) => sha256);
}

function settingsContent(settings: Omit<FinetuneSettings, "task">): unknown {
  const { epochs, batch, accumulate, train, optimizer, dropout, layerDecay, patience } = settings;
  return { epochs, batch, accumulate, train, optimizer, dropout, layerDecay, patience };
}
