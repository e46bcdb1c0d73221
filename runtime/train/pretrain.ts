import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PretrainResult } from "#runtime/contract/artifacts.ts";
import { enginesWith, refusedPrecision } from "#runtime/contract/catalogue/engines.ts";
import { type JobContext, JobFailure } from "#runtime/contract/job-context.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { type Phase, phasesOf } from "#runtime/objectives/part-schedule.ts";
import { learningRateAt } from "#runtime/programs/learning-rate.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { readInput } from "#runtime/runs/inspect-folder.ts";
import { writeSafetensors } from "#runtime/runs/safetensors.ts";
import { keptWeightsFile } from "#runtime/runs/store.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { openBatchThread, type StepSource } from "./batch-thread.ts";
import type { TextEvaluation } from "./evaluate-text.ts";
import { engineOfJob } from "./job-engine.ts";
import { runLoop } from "./loop.ts";
import { mainPart, pretrainSettings, watchedParts } from "./pretrain-steps.ts";
import { checkSentinels, checkVocabulary, startingValues } from "./starting-values.ts";
import { openTrainer, type Trainer } from "./trainer.ts";
import { latestCheckpoint, removeCheckpoints, saveCheckpoint, type TrainingCheckpoint } from "./training-checkpoints.ts";
import { type Counters, freshCounters, shareOf } from "./training-progress.ts";
import { openValidation, type Validation } from "./validate.ts";
import { watchLearning } from "./watch-learning.ts";

/**
 * Trains a model on an objective. A step is a function of (job, step) alone, so a run that was stopped ends with the same numbers.
 * @param options `scored`: whether the final model is scored on validation and test
 */
export async function pretrain(job: PretrainJob, context: JobContext, { scored = true } = {}): Promise<PretrainResult> {
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  const encoded = readInput(context.folderOf(job.encoded), "encode");
  checkVocabulary(job, tokenizer.vocabulary);
  const settings = pretrainSettings(job);
  const engine = await engineOfJob(settings, context);
  if (!enginesWith(job.precision).includes(engine.name)) throw new JobFailure(refusedPrecision(job.precision, engine.name));

  const { parts, trained } = settings;
  checkSentinels(parts, tokenizer.vocabulary);
  context.emit({ event: "phase", phase: "compiling" });
  const start = startingValues(job.model, [...trained, ...settings.frozen], job.seed, context);
  const trainer = await openTrainer({
    engine,
    settings,
    initial: start,
    seed: job.seed,
  });
  const batches = openBatchThread(job, context);
  try {
    const evaluation: TextEvaluation = {
      trainer,
      folder: context.folderOf(job.encoded),
      encoded,
      vocabulary: tokenizer.vocabulary,
      batch: settings.batch,
    };
    const texts = watchedParts(job, parts);
    const watch = watchLearning({ evaluation: { ...evaluation, trainer }, watched: mainPart(texts), width: job.model.hidden, start });
    const validation = openValidation({ job, evaluation, texts, watch });
    const counters = await train({ job, context, settings, trainer, batches, validation });
    context.emit({ event: "phase", phase: "evaluating" });
    const { scores, point } = scored ? await validation.final(counters) : { scores: [] };
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: job.steps });
    if (point) keepPoint(counters, point, context);
    await writeWeights(join(context.folder, "model.safetensors"), trainer, settings);
    removeCheckpoints(context.folder);
    return {
      steps: job.steps,
      tokens: counters.tokens,
      predicted: counters.predicted,
      flops: job.cost.flopsPerStep * job.steps,
      seconds: counters.seconds,
      overhead: shareOf(counters.overhead, counters.seconds),
      waitingForData: shareOf(counters.waited, counters.seconds),
      finalLoss: counters.loss,
      scores,
      ...(counters.learning.length > 0 ? { learning: counters.learning } : {}),
    };
  } finally {
    await batches.close();
    await trainer.close();
  }
}

interface Training {
  job: PretrainJob;
  context: JobContext;
  settings: TrainingSettings;
  trainer: Trainer;
  batches: StepSource;
  validation: Validation;
}

/** Where a pre-training is; saved with its checkpoints. */
interface PretrainProgress extends Counters {
  learning: LearningPoint[];
}

async function train({ job, context, settings, trainer, batches, validation }: Training): Promise<PretrainProgress> {
  const phases = optimizerPhases(job);
  const phaseOf = (step: number) => phases.findLast(({ start }) => start < step)!;
  const resumed = checkpointToGoOnFrom(job, context);
  if (resumed) await trainer.setState(resumed.state);
  const counters: PretrainProgress = { ...freshCounters(), learning: [], ...resumed?.progress };
  await runLoop({
    context,
    trainer,
    first: (resumed?.step ?? 0) + 1,
    steps: job.steps,
    counters,
    saveEvery: job.save.every,
    stepOf: batches.stepOf,
    learningRateOf(step) {
      const { start, steps, warmupSteps } = phaseOf(step);
      return learningRateAt(step - start, steps, warmupSteps, job.optimizer);
    },
    optimizerStepOf: (step) => step - phaseOf(step).start,
    pausesAfter: (step) => job.keep?.includes(step) || step % job.evaluateEvery === 0,
    async afterStep(step) {
      if (job.keep?.includes(step)) {
        const path = keptWeightsFile(context.folder, step);
        await writeWeights(path, trainer, settings);
      }
      if (step % job.evaluateEvery !== 0 || step === job.steps) return;
      const { scores, point } = await validation.running(step, counters);
      for (const score of scores) context.emit({ event: "evaluation", ...score, step });
      if (point) keepPoint(counters, point, context);
    },
    async save(step) {
      const path = saveCheckpoint(
        context.folder,
        { step, progress: counters, state: await trainer.state() },
        { parameters: settings.trained, keep: job.save.keep },
      );
      context.emit({ event: "checkpoint", step, path });
    },
  });
  return counters;
}

/** None where weights that are to be kept were passed before anyone wanted them: then it begins again. */
function checkpointToGoOnFrom({ keep = [] }: PretrainJob, { folder, emit }: JobContext): TrainingCheckpoint<PretrainProgress> | undefined {
  const latest = latestCheckpoint<PretrainProgress>(folder, (message) => emit({ event: "warning", message }));
  const missed = latest && keep.find((step) => step <= latest.step && !existsSync(keptWeightsFile(folder, step)));
  if (missed === undefined) return latest;
  emit({ event: "warning", message: `begins again: the weights after step ${missed} are to be kept, and the checkpoint is after it` });
  removeCheckpoints(folder);
  return undefined;
}

async function writeWeights(path: string, trainer: Trainer, { trained }: TrainingSettings): Promise<void> {
  const weights = await trainer.weights();
  const tensors = Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, data: weights[name]! }]));
  writeSafetensors(path, tensors, { format: "pretrain" });
}

/** Stretches of steps with an optimiser and a learning rate's schedule of their own. */
function optimizerPhases({ objective, steps, warmupSteps, optimizer }: PretrainJob): (Phase & { warmupSteps: number })[] {
  const { unit, value } = optimizer.warmup;
  const phases = phasesOf(objective, steps);
  if (phases.length === 1) return [{ start: 0, steps, warmupSteps }];
  return phases.map((phase) => ({ ...phase, warmupSteps: unit === "steps" ? value : Math.round(value * phase.steps) }));
}

function keepPoint(counters: PretrainProgress, point: LearningPoint, { emit }: JobContext): void {
  counters.learning.push(point);
  emit({ event: "learning", ...point });
}
