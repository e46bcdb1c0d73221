import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FinetuneResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { FinetuneJob } from "#runtime/contract/plan.ts";
import { valued } from "#runtime/metrics/metric-table.ts";
import { learningRateAt } from "#runtime/programs/learning-rate.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { writePredictions } from "#runtime/runs/prediction-files.ts";
import { readSafetensors, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { type FineTuningBatch, fineTuningBatches } from "#runtime/tasks/buckets.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { engineOfJob } from "./job-engine.ts";
import { countNotes, frameFor } from "./labelled-texts.ts";
import { runLoop } from "./loop.ts";
import { type MaskThread, openMaskThread } from "./mask-thread.ts";
import { checkVocabulary, weightsOfJob } from "./starting-values.ts";
import { partsOf } from "./tasks/parts-by-length.ts";
import { prepareTask } from "./tasks/prepare-task.ts";
import type { Evaluation, TaskTraining } from "./tasks/task-training.ts";
import { toStep } from "./text-batches.ts";
import { openTrainer, type Trainer, type Values } from "./trainer.ts";
import { latestCheckpoint, removeCheckpoints, saveCheckpoint } from "./training-checkpoints.ts";
import { type Counters, freshCounters, shareOf } from "./training-progress.ts";

/**
 * Adapts a model to a task. After each epoch the validation split is scored; the weights of the best epoch (by the kind's main
 * score, then by loss) are what the test split, read once at the end, is scored with.
 */
export async function finetune(job: FinetuneJob, context: JobContext): Promise<FinetuneResult> {
  const { task, model } = job;
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  checkVocabulary(job, tokenizer.vocabulary);
  const parameters = finetuningParameters(model, task, job.settings);
  const { batch, accumulate, optimizer, dropout } = job.settings;
  const settings: TrainingSettings = {
    model,
    parts: partsOf(task, model),
    batch: batch / accumulate,
    accumulates: accumulate > 1,
    optimizer,
    dropout,
    ...parameters,
  };
  const engine = await engineOfJob(settings, context);
  const trainer = await openTrainer({
    engine,
    settings,
    initial: weightsOfJob(job, [...parameters.trained, ...parameters.frozen], context),
    seed: job.seed,
  });
  let masks: MaskThread | undefined;
  try {
    const training = await prepareTask({
      task,
      model,
      tokenizer,
      frame: frameFor(model, tokenizer),
      batch: settings.batch,
      context: model.context,
      emit: context.emit,
      counted: countNotes(context.emit),
    });
    masks = openMaskThread(settings, { seed: job.seed, micro: accumulate });
    const { counters, best, steps } = await train({ job, context, settings, trainer, masks, training });
    await trainer.setWeights(best.weights);
    context.emit({ event: "phase", phase: "evaluating" });
    const testReadAt = new Date().toISOString();
    const test = await training.evaluate("test", trainer);
    // a line each, for paired tests and for reading what went wrong
    writePredictions(context.folder, test.predictions);
    const scores = [...best.scores, ...withStandardErrors(scoresOf(test, "test"), job.task, test.predictions)];
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: steps });
    const tensors = Object.fromEntries(settings.trained.map(({ name, shape }) => [name, { shape, data: best.weights[name]! }]));
    writeSafetensors(join(context.folder, "model.safetensors"), tensors, { format: "pretrain" });
    removeCheckpoints(context.folder);
    return {
      steps,
      seconds: counters.seconds,
      overhead: shareOf(counters.overhead, counters.seconds),
      waitingForData: shareOf(counters.waited, counters.seconds),
      bestEpoch: best.epoch,
      scores,
      testReadAt,
    };
  } finally {
    await masks?.close();
    await trainer.close();
  }
}

interface Setup {
  job: FinetuneJob;
  context: JobContext;
  settings: TrainingSettings;
  trainer: Trainer;
  masks: MaskThread;
  training: TaskTraining;
}

interface Best {
  epoch: number;
  loss: number;
  /** What the epoch is chosen by before the loss; higher is better. */
  main: number | null;
  scores: Score[];
  weights: Values;
}

interface FinetuneProgress extends Counters {
  best: SavedBest | null;
}

type SavedBest = Omit<Best, "weights" | "loss"> & { loss: number | null };

async function train(setup: Setup): Promise<{ counters: Counters; best: Best; steps: number }> {
  const { job, context, settings, trainer, masks, training } = setup;
  const { epochs, batch, optimizer, patience } = job.settings;
  const perEpoch = Math.ceil(training.train.length / batch);
  const steps = epochs * perEpoch;
  const warmupSteps = optimizer.warmup.unit === "steps" ? optimizer.warmup.value : Math.round(optimizer.warmup.value * steps);
  const resumed = latestCheckpoint<FinetuneProgress>(context.folder, (message) => context.emit({ event: "warning", message }));
  if (resumed) await trainer.setState(resumed.state);
  const counters: Counters = { ...freshCounters(), ...resumed?.progress };
  let best = resumed?.progress.best ? restoredBest(resumed.progress.best, context.folder) : undefined;
  /** Finished epochs, including those of earlier sessions. */
  let epoch = Math.floor((resumed?.step ?? 0) / perEpoch);
  const orders = new Map<number, FineTuningBatch[]>();
  const itemsOf = (step: number): unknown[] => {
    const epoch = Math.floor((step - 1) / perEpoch);
    const order = orders.get(epoch) ?? epochBatches(setup, epoch);
    orders.set(epoch, order);
    orders.delete(epoch - 2);
    return order[(step - 1) % perEpoch]!.map((index) => training.train[index]!);
  };
  await runLoop({
    context,
    trainer,
    first: (resumed?.step ?? 0) + 1,
    steps,
    counters,
    saveEvery: null,
    async stepOf(step) {
      const made = stepBatches(setup, itemsOf(step));
      const drawn = masks.take(step, made.part);
      // drawn while the engine works on this step
      if (step < steps) masks.prepare(step + 1, training.partOf(itemsOf(step + 1)));
      const own = await drawn;
      return { ...made, batches: made.batches.map((batch, i) => ({ ...batch, ...own[i]! })) };
    },
    learningRateOf: (step) => learningRateAt(step, steps, warmupSteps, optimizer),
    pausesAfter: (step) => step % perEpoch === 0,
    async afterStep(step) {
      if (step % perEpoch !== 0) return;
      epoch = step / perEpoch;
      const candidate = await validate(setup, epoch);
      for (const score of candidate.scores) context.emit({ event: "evaluation", ...score, step });
      if (best && !isBetter(candidate, best)) return;
      best = { ...candidate, weights: await trainer.weights() };
      writeBest(context.folder, settings, best);
    },
    isOver: () => patience !== undefined && best !== undefined && epoch - best.epoch >= patience,
    async save(step) {
      const progress: FinetuneProgress = { ...counters, best: best ? withoutWeights(best) : null };
      const checkpoint = { step, progress, state: await trainer.state() };
      const beside = best ? [bestName(best.epoch)] : [];
      const path = saveCheckpoint(context.folder, checkpoint, { parameters: settings.trained, keep: 1, beside });
      removeOtherBest(context.folder, beside);
      context.emit({ event: "checkpoint", step, path });
    },
  });
  return { counters, best: best!, steps: epoch * perEpoch };
}

function epochBatches({ job, training }: Setup, epoch: number): FineTuningBatch[] {
  const { batch } = job.settings;
  return fineTuningBatches({
    lengths: training.train.map(training.lengthOf),
    batch,
    seed: job.seed,
    epoch,
  });
}

/** One step's micro-batches, all in one part's shapes; rows without an example weigh nothing. */
function stepBatches({ job, training }: Setup, items: readonly unknown[]) {
  const { batch, accumulate } = job.settings;
  const size = batch / accumulate;
  const part = training.partOf(items);
  const micro = Array.from({ length: accumulate }, (_, i) => training.fill(part, items.slice(i * size, (i + 1) * size)));
  return { part, ...toStep(micro) };
}

async function validate({ training, trainer }: Setup, epoch: number): Promise<Omit<Best, "weights">> {
  const evaluation = await training.evaluate("validation", trainer);
  const { loss, n } = evaluation;
  const main = evaluation.scores.find(({ metric }) => metric === evaluation.main)?.value ?? null;
  // nothing is worse than a loss that is no number
  const comparable = Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
  return {
    epoch,
    loss: comparable,
    main,
    scores: [{ ...valued("loss", null, () => loss), split: "validation", n }, ...scoresOf(evaluation, "validation")],
  };
}

/** JSON has no infinity: it was written as null. */
function restoredBest(best: SavedBest, folder: string): Best {
  return { ...best, loss: best.loss ?? Number.POSITIVE_INFINITY, weights: readBest(folder, best.epoch) };
}

function isBetter(candidate: Omit<Best, "weights">, best: Omit<Best, "weights">): boolean {
  if (candidate.main === best.main) return candidate.loss < best.loss;
  // a score that the data leave undefined is worse than any number
  return best.main === null || (candidate.main !== null && candidate.main > best.main);
}

function scoresOf({ scores, n }: Evaluation, split: "validation" | "test"): Score[] {
  return scores.map((score) => ({ ...score, split, n: score.n ?? n }));
}

function withoutWeights({ weights: _, ...rest }: Best): Omit<Best, "weights"> {
  return rest;
}

/** By epoch: a checkpoint names the best one of its time, which a better one written later leaves unchanged. */
const bestName = (epoch: number) => `best-epoch-${String(epoch).padStart(5, "0")}.safetensors`;
const bestFile = (folder: string, epoch: number) => join(folder, "checkpoints", bestName(epoch));

function writeBest(folder: string, { trained }: TrainingSettings, { epoch, weights }: Best): void {
  writeSafetensors(bestFile(folder, epoch), Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, data: weights[name]! }])));
}

function readBest(folder: string, epoch: number): Values {
  const { tensors } = readSafetensors(bestFile(folder, epoch));
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
}

function removeOtherBest(folder: string, kept: readonly string[]): void {
  for (const name of readdirSync(join(folder, "checkpoints")))
    if (name.startsWith("best-") && !kept.includes(name)) rmSync(join(folder, "checkpoints", name), { force: true });
}
