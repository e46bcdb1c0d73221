import { join } from "node:path";
import type { EncodeResult, PretrainResult, Score } from "../contract/artifacts.ts";
import type { PretrainJob } from "../contract/plan.ts";
import { openTokens, type TokenStream } from "../data/token-stream.ts";
import { refusedPrecision } from "../engines/engine.ts";
import { chooseEngine } from "../engines/table.ts";
import { type JobContext, JobFailure } from "../jobs/context.ts";
import { initialValues } from "../models/parameters.ts";
import { type Phase, partSchedule, phasesOf } from "../objectives/schedule.ts";
import { isTextObjective } from "../objectives/table.ts";
import { fixedParameters, pretrainingParameters, pretrainingParts } from "../programs/parts.ts";
import { learningRateAt } from "../programs/schedule.ts";
import type { Part, TrainingSettings } from "../programs/training.ts";
import { readJson } from "../store/files.ts";
import { writeSafetensors } from "../store/safetensors.ts";
import { openTokenizer, type Tokenizer } from "../tokenizers/tokenizer.ts";
import { latestCheckpoint, removeCheckpoints, saveCheckpoint } from "./checkpoints.ts";
import { ownLoss, runningEvaluationTokens, scoreText, type TextEvaluation, type TextObjectivePart } from "./evaluate-text.ts";
import { packedLabelBatches } from "./label-batches.ts";
import { readLabelledTexts } from "./labelled-texts.ts";
import { runLoop } from "./loop.ts";
import type { Counters } from "./progress.ts";
import { type BatchSource, textBatches } from "./text-batches.ts";
import { openTrainer, type Trainer } from "./trainer.ts";

/**
 * Trains a model on an objective. A step is a function of (job, step) alone, so a run that was stopped ends with the same numbers.
 * @param options `scored`: whether the final model is scored on validation and test
 */
export async function pretrain(job: PretrainJob, context: JobContext, { scored = true } = {}): Promise<PretrainResult> {
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  const encoded = readResult(context.folderOf(job.encoded));
  if (tokenizer.vocabulary.size !== job.model.vocabulary)
    throw new JobFailure(`the tokenizer has ${tokenizer.vocabulary.size} entries and the model ${job.model.vocabulary} rows; plan again`);
  const { engine, reason, warning } = await chooseEngine(context.engine, context);
  context.describeEngine({ ...(await engine.describe()), reason });
  if (warning) context.emit({ event: "warning", message: warning });
  if (job.precision === "bfloat16" && engine.name !== "tensorflow") throw new JobFailure(refusedPrecision(engine.name));

  const parts = pretrainingParts(job.model, job.objective, job.steps);
  const trained = pretrainingParameters(job.model, parts);
  const settings: TrainingSettings = {
    model: job.model,
    parts,
    batch: job.batch / job.accumulate,
    accumulates: job.accumulate > 1,
    optimizer: job.optimizer,
    dropout: job.model.dropout,
    precision: job.precision,
    trained,
    frozen: fixedParameters(job.model),
  };
  const stream = openTokens(context.folderOf(job.encoded), encoded, "train");
  context.emit({ event: "phase", phase: "compiling" });
  const trainer = await openTrainer({
    engine,
    settings,
    initial: Object.fromEntries([...trained, ...settings.frozen].map((parameter) => [parameter.name, initialValues(parameter, job.seed)])),
    seed: job.seed,
  });
  try {
    const sources = await batchSources(job, context, parts, stream, tokenizer);
    const evaluation: TextEvaluation = {
      trainer,
      folder: context.folderOf(job.encoded),
      encoded,
      vocabulary: tokenizer.vocabulary,
      batch: settings.batch,
    };
    const texts = textParts(job, parts);
    const counters = await train({ job, context, settings, trainer, sources, validate: () => validationLoss(evaluation, texts) });
    context.emit({ event: "phase", phase: "evaluating" });
    const scores = scored ? await finalScores(evaluation, texts) : [];
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: job.steps });
    const weights = await trainer.weights();
    const tensors = Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, data: weights[name]! }]));
    writeSafetensors(join(context.folder, "model.safetensors"), tensors, { format: "pretrain" });
    removeCheckpoints(context.folder);
    return {
      steps: job.steps,
      tokens: counters.tokens,
      predicted: counters.predicted,
      flops: job.cost.flopsPerStep * job.steps,
      seconds: counters.seconds,
      finalLoss: counters.loss,
      scores,
    };
  } finally {
    stream.close();
    await trainer.close();
  }
}

interface Training {
  job: PretrainJob;
  context: JobContext;
  settings: TrainingSettings;
  trainer: Trainer;
  sources: BatchSource[];
  validate(): Promise<{ loss: number; n: number } | undefined>;
}

async function train({ job, context, settings, trainer, sources, validate }: Training): Promise<Counters> {
  const schedule = partSchedule(job.objective, job.steps);
  const phases = optimizerPhases(job);
  const phaseOf = (step: number) => phases.findLast(({ start }) => start < step)!;
  const resumed = latestCheckpoint<Counters>(context.folder);
  if (resumed) await trainer.setState(resumed.state);
  const counters: Counters = resumed?.progress ?? { tokens: 0, predicted: 0, seconds: 0, loss: Number.NaN };
  await runLoop({
    context,
    trainer,
    first: (resumed?.step ?? 0) + 1,
    steps: job.steps,
    counters,
    saveEvery: job.save.every,
    stepOf(step) {
      const { part, index } = schedule.partOf(step - 1);
      const batches = { part: settings.parts[part]!, ...sources[part]!.at(index) };
      return schedule.parts.length > 1 ? { ...batches, name: schedule.parts[part]!.name } : batches;
    },
    learningRateOf(step) {
      const { start, steps, warmupSteps } = phaseOf(step);
      return learningRateAt(step - start, steps, warmupSteps, job.optimizer);
    },
    optimizerStepOf: (step) => step - phaseOf(step).start,
    async afterStep(step) {
      if (step % job.evaluateEvery !== 0 || step === job.steps) return;
      const validation = await validate();
      if (validation)
        context.emit({ event: "evaluation", metric: "loss", value: validation.loss, split: "validation", step, n: validation.n });
    },
    async save(step) {
      const path = saveCheckpoint(
        context.folder,
        { step, progress: counters, state: await trainer.state() },
        settings.trained,
        job.save.keep,
      );
      context.emit({ event: "checkpoint", step, path });
    },
  });
  return counters;
}

/** Stretches of steps with an optimiser and a learning rate's schedule of their own. */
function optimizerPhases({ objective, steps, warmupSteps, optimizer }: PretrainJob): (Phase & { warmupSteps: number })[] {
  const { unit, value } = optimizer.warmup;
  const phases = phasesOf(objective, steps);
  if (phases.length === 1) return [{ start: 0, steps, warmupSteps }];
  return phases.map((phase) => ({ ...phase, warmupSteps: unit === "steps" ? value : Math.round(value * phase.steps) }));
}

async function batchSources(
  job: PretrainJob,
  context: JobContext,
  parts: readonly Part[],
  stream: TokenStream,
  tokenizer: Tokenizer,
): Promise<BatchSource[]> {
  const { vocabulary } = tokenizer;
  const sizes = { batch: job.batch, accumulate: job.accumulate };
  const { parts: leaves } = partSchedule(job.objective, job.steps);
  return Promise.all(
    leaves.map(async ({ objective }, i) => {
      const part = parts[i]!;
      if (part.kind === "text" && isTextObjective(objective))
        return textBatches({ stream, objective, layout: part.layout, vocabulary, seed: job.seed, part: i, ...sizes });
      if (part.kind === "text" || objective.kind !== "supervised")
        throw new Error(`part ${part.name} and its objective ${objective.kind} differ`);
      const texts = await readLabelledTexts(objective.task, "train", tokenizer, job.model.context, context.emit);
      context.emit({ event: "phase", phase: "reading examples", done: texts.length, unit: "examples" });
      return packedLabelBatches({ texts, part, pad: vocabulary.pad, pooling: objective.task.pool, seed: job.seed, ...sizes });
    }),
  );
}

function textParts(job: PretrainJob, parts: readonly Part[]): (TextObjectivePart & { steps: number })[] {
  const schedule = partSchedule(job.objective, job.steps);
  return schedule.parts.flatMap(({ objective }, i) => {
    const part = parts[i]!;
    return part.kind === "text" && isTextObjective(objective) ? [{ objective, part, steps: schedule.counts[i]! }] : [];
  });
}

/** The text objectives' losses on a part of the validation split, weighted by their steps. */
async function validationLoss(
  evaluation: TextEvaluation,
  texts: readonly (TextObjectivePart & { steps: number })[],
): Promise<{ loss: number; n: number } | undefined> {
  if (evaluation.encoded.splits.validation.tokens === 0 || texts.length === 0) return undefined;
  let [weighted, steps, n] = [0, 0, 0];
  for (const text of texts) {
    const own = await ownLoss(evaluation, text, "validation", runningEvaluationTokens);
    if (own.n === 0) continue;
    weighted += own.loss * text.steps;
    steps += text.steps;
    n += own.n;
  }
  return steps > 0 ? { loss: weighted / steps, n } : undefined;
}

/** Of an objective with several text parts, the scores of the one with the most steps: each metric once. */
async function finalScores(evaluation: TextEvaluation, texts: readonly (TextObjectivePart & { steps: number })[]): Promise<Score[]> {
  const main = texts.toSorted((a, b) => b.steps - a.steps)[0];
  if (!main) return [];
  return [...(await scoreText(evaluation, main, "validation")), ...(await scoreText(evaluation, main, "test"))];
}

function readResult(folder: string): EncodeResult {
  const result = readJson<EncodeResult>(join(folder, "result.json"));
  if (!result) throw new JobFailure(`${folder} has no result; run its job first`);
  return result;
}
