import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PretrainResult, Score } from "#runtime/contract/artifacts.ts";
import { enginesWith, refusedPrecision } from "#runtime/contract/catalogue/engines.ts";
import { type JobContext, JobFailure } from "#runtime/contract/job-context.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { valued } from "#runtime/metrics/metric-table.ts";
import { isTextObjective } from "#runtime/objectives/objective-table.ts";
import { type Phase, partSchedule, phasesOf } from "#runtime/objectives/part-schedule.ts";
import { learningRateAt } from "#runtime/programs/learning-rate.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import { readInput } from "#runtime/runs/inspect-folder.ts";
import { writeSafetensors } from "#runtime/runs/safetensors.ts";
import { keptWeightsFile } from "#runtime/runs/store.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { openBatchThread, type StepSource } from "./batch-thread.ts";
import { ownLoss, runningEvaluationTokens, scoreTextObjective, type TextEvaluation, type TextObjectivePart } from "./evaluate-text.ts";
import { engineOfJob } from "./job-engine.ts";
import { runLoop } from "./loop.ts";
import { pretrainSettings } from "./pretrain-steps.ts";
import { checkSentinels, checkVocabulary, startingValues } from "./starting-values.ts";
import { openTrainer, type Trainer } from "./trainer.ts";
import { latestCheckpoint, removeCheckpoints, saveCheckpoint, type TrainingCheckpoint } from "./training-checkpoints.ts";
import { type Counters, freshCounters, shareOf } from "./training-progress.ts";

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
  const trainer = await openTrainer({
    engine,
    settings,
    initial: startingValues(job.model, [...trained, ...settings.frozen], job.seed, context),
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
    const texts = textParts(job, parts);
    const counters = await train({ job, context, settings, trainer, batches, validate: () => validationLoss(evaluation, texts) });
    context.emit({ event: "phase", phase: "evaluating" });
    const scores = scored ? await finalScores(evaluation, texts) : [];
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: job.steps });
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
  validate(): Promise<{ loss: number; n: number } | undefined>;
}

async function train({ job, context, settings, trainer, batches, validate }: Training): Promise<Counters> {
  const phases = optimizerPhases(job);
  const phaseOf = (step: number) => phases.findLast(({ start }) => start < step)!;
  const resumed = checkpointToGoOnFrom(job, context);
  if (resumed) await trainer.setState(resumed.state);
  const counters: Counters = { ...freshCounters(), ...resumed?.progress };
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
      const validation = await validate();
      if (validation)
        context.emit({ event: "evaluation", ...valued("loss", null, () => validation.loss), split: "validation", step, n: validation.n });
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
function checkpointToGoOnFrom({ keep = [] }: PretrainJob, { folder, emit }: JobContext): TrainingCheckpoint<Counters> | undefined {
  const latest = latestCheckpoint<Counters>(folder, (message) => emit({ event: "warning", message }));
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
  return [...(await scoreTextObjective(evaluation, main, "validation")), ...(await scoreTextObjective(evaluation, main, "test"))];
}
