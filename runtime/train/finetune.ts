import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FinetuneResult, Score } from "../contract/artifacts.ts";
import type { FinetuneJob } from "../contract/plan.ts";
import { chooseEngine } from "../engines/table.ts";
import type { JobContext } from "../jobs/context.ts";
import { scoreClassification } from "../metrics/table.ts";
import { finetuningHead, finetuningParameters } from "../programs/parts.ts";
import { learningRateAt } from "../programs/schedule.ts";
import type { Part, TrainingSettings } from "../programs/training.ts";
import { writeWhole } from "../store/files.ts";
import { readSafetensors, writeSafetensors } from "../store/safetensors.ts";
import { bucketLengths, bucketOf, type FineTuningBatch, fineTuningBatches } from "../tasks/buckets.ts";
import { openTokenizer, type Tokenizer } from "../tokenizers/tokenizer.ts";
import { latestCheckpoint, removeCheckpoints, saveCheckpoint } from "./checkpoints.ts";
import { type LabelledText, labelBatch } from "./label-batches.ts";
import { readLabelledTexts } from "./labelled-texts.ts";
import { runLoop } from "./loop.ts";
import { type Counters, freshCounters, shareOf } from "./progress.ts";
import { checkVocabulary, startingValues, withoutCheckpoint } from "./starting-values.ts";
import { toStep } from "./text-batches.ts";
import { openTrainer, type Trainer, type Values } from "./trainer.ts";

type LabelPart = Extract<Part, { kind: "labels" }>;

/**
 * Adapts a model to a labelled task. After each epoch the validation split is scored; the weights of the best epoch (accuracy,
 * then loss) are what the test split, read once at the end, is scored with.
 */
export async function finetune(job: FinetuneJob, context: JobContext): Promise<FinetuneResult> {
  const { labels } = job.task;
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  checkVocabulary(job, tokenizer.vocabulary);
  const { engine, reason, warning } = await chooseEngine(context.engine, context);
  context.describeEngine({ ...(await engine.describe()), reason });
  if (warning) context.emit({ event: "warning", message: warning });

  const parameters = finetuningParameters(job.model, labels.length, job.settings.train);
  const { batch, accumulate, optimizer, dropout } = job.settings;
  const parts: LabelPart[] = bucketLengths(job.model.context).map((length) => ({
    kind: "labels",
    name: String(length),
    head: finetuningHead,
    labels: labels.length,
    length,
    slots: 1,
  }));
  const settings: TrainingSettings = {
    model: job.model,
    parts,
    batch: batch / accumulate,
    accumulates: accumulate > 1,
    optimizer,
    dropout,
    ...parameters,
  };
  const trainer = await openTrainer({ engine, settings, initial: startingWeights(job, context, parameters), seed: job.seed });
  try {
    const read = (split: "train" | "validation" | "test") => readLabelledTexts(job.task, split, tokenizer, job.model.context, context.emit);
    const setup: Setup = {
      job,
      context,
      settings,
      parts,
      trainer,
      tokenizer,
      train: await read("train"),
      validation: await read("validation"),
    };
    const { counters, best } = await train(setup);
    await trainer.setWeights(best.weights);
    context.emit({ event: "phase", phase: "evaluating" });
    const testReadAt = new Date().toISOString();
    const test = await read("test");
    const predictions = await predict(setup, test);
    writePredictions(context.folder, labels, test, predictions);
    const steps = job.settings.epochs * Math.ceil(setup.train.length / batch);
    const scores = [...best.scores, ...scoresOf(test, predictions, labels.length, "test")];
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: steps });
    const tensors = Object.fromEntries(settings.trained.map(({ name, shape }) => [name, { shape, data: best.weights[name]! }]));
    writeSafetensors(join(context.folder, "model.safetensors"), tensors, { format: "pretrain" });
    removeCheckpoints(context.folder);
    return {
      steps,
      seconds: counters.seconds,
      aroundSteps: shareOf(counters.around, counters.seconds),
      waitingForData: shareOf(counters.waited, counters.seconds),
      bestEpoch: best.epoch,
      scores,
      testReadAt,
    };
  } finally {
    await trainer.close();
  }
}

interface Setup {
  job: FinetuneJob;
  context: JobContext;
  settings: TrainingSettings;
  parts: readonly LabelPart[];
  trainer: Trainer;
  tokenizer: Tokenizer;
  train: readonly LabelledText[];
  validation: readonly LabelledText[];
}

interface Best {
  epoch: number;
  loss: number;
  scores: Score[];
  weights: Values;
}

interface FinetuneProgress extends Counters {
  best: Omit<Best, "weights"> | null;
}

function startingWeights(job: FinetuneJob, context: JobContext, { trained, frozen }: Pick<TrainingSettings, "trained" | "frozen">): Values {
  const values = startingValues(job.from === null ? job.model : withoutCheckpoint(job.model), [...trained, ...frozen], job.seed, context);
  if (job.from === null) return values;
  // what the task adds (head, low-rank pairs) stays fresh
  const { tensors } = readSafetensors(join(context.folderOf(job.from), "model.safetensors"));
  for (const name of Object.keys(values)) {
    const stored = tensors[name];
    if (stored) values[name] = stored.data as Float32Array;
  }
  return values;
}

async function train(setup: Setup): Promise<{ counters: Counters; best: Best }> {
  const { job, context, settings, trainer } = setup;
  const { epochs, batch, optimizer } = job.settings;
  const perEpoch = Math.ceil(setup.train.length / batch);
  const steps = epochs * perEpoch;
  const warmupSteps = optimizer.warmup.unit === "steps" ? optimizer.warmup.value : Math.round(optimizer.warmup.value * steps);
  const resumed = latestCheckpoint<FinetuneProgress>(context.folder);
  if (resumed) await trainer.setState(resumed.state);
  const counters: Counters = { ...freshCounters(), ...resumed?.progress };
  let best = resumed?.progress.best ? { ...resumed.progress.best, weights: readBest(context.folder) } : undefined;
  let order: { epoch: number; batches: FineTuningBatch[] } | undefined;
  await runLoop({
    context,
    trainer,
    first: (resumed?.step ?? 0) + 1,
    steps,
    counters,
    saveEvery: null,
    stepOf(step) {
      const epoch = Math.floor((step - 1) / perEpoch);
      if (order?.epoch !== epoch) order = { epoch, batches: epochBatches(setup, epoch) };
      const made = stepBatches(setup, order.batches[(step - 1) % perEpoch]!);
      return { ...made, batches: trainer.withMasks(made.part, made.batches, step) };
    },
    learningRateOf: (step) => learningRateAt(step, steps, warmupSteps, optimizer),
    async afterStep(step) {
      if (step % perEpoch !== 0) return;
      const candidate = await validate(setup, step / perEpoch);
      for (const score of candidate.scores) context.emit({ event: "evaluation", ...score, step });
      if (best && !isBetter(candidate, best)) return;
      best = { ...candidate, weights: await trainer.weights() };
      writeBest(context.folder, settings, best.weights);
    },
    async save(step) {
      const progress: FinetuneProgress = { ...counters, best: best ? withoutWeights(best) : null };
      const path = saveCheckpoint(context.folder, { step, progress, state: await trainer.state() }, settings.trained, 1);
      context.emit({ event: "checkpoint", step, path });
    },
  });
  return { counters, best: best! };
}

function epochBatches({ job, train }: Setup, epoch: number): FineTuningBatch[] {
  const { batch } = job.settings;
  return fineTuningBatches({ lengths: train.map(({ ids }) => ids.length), batch, context: job.model.context, seed: job.seed, epoch });
}

/** One step's micro-batches; rows without an example weigh nothing. */
function stepBatches(setup: Setup, { indices, length }: FineTuningBatch) {
  const { batch, accumulate } = setup.job.settings;
  const size = batch / accumulate;
  const part = partOf(setup, length);
  const micro = Array.from({ length: accumulate }, (_, i) =>
    rowsOf(
      setup,
      part,
      indices.slice(i * size, (i + 1) * size).map((index) => setup.train[index]!),
    ),
  );
  return { part, ...toStep(micro) };
}

function rowsOf({ job, settings, tokenizer }: Setup, part: LabelPart, texts: readonly LabelledText[]) {
  return labelBatch(
    part,
    texts.map((text) => [text]),
    settings.batch,
    tokenizer.vocabulary.pad,
    job.task.pool,
  );
}

function partOf({ parts }: Setup, length: number): LabelPart {
  const found = parts.find((part) => part.length === length);
  if (!found) throw new Error(`there is no bucket of ${length}`);
  return found;
}

async function validate(setup: Setup, epoch: number): Promise<Omit<Best, "weights">> {
  const { validation, job } = setup;
  const predictions = await predict(setup, validation);
  const classes = job.task.labels.length;
  const loss =
    validation.reduce((sum, { label }, i) => sum - Math.log(Math.max(predictions[i]!.probabilities[label]!, 1e-30)), 0) / validation.length;
  return {
    epoch,
    loss,
    scores: [
      { metric: "loss", value: loss, split: "validation", n: validation.length },
      ...scoresOf(validation, predictions, classes, "validation"),
    ],
  };
}

function isBetter(candidate: Omit<Best, "weights">, best: Omit<Best, "weights">): boolean {
  const accuracy = ({ scores }: Omit<Best, "weights">) => scores.find(({ metric }) => metric === "accuracy")!.value;
  const difference = accuracy(candidate) - accuracy(best);
  return difference > 0 || (difference === 0 && candidate.loss < best.loss);
}

interface Prediction {
  label: number;
  probabilities: number[];
}

/** In the order of the texts; they are scored in the order of their lengths, so that little is padded. */
async function predict(setup: Setup, texts: readonly LabelledText[]): Promise<Prediction[]> {
  const { trainer, settings, job } = setup;
  const order = Array.from(texts.keys()).sort((a, b) => texts[a]!.ids.length - texts[b]!.ids.length);
  const predictions: Prediction[] = new Array(texts.length);
  const classes = job.task.labels.length;
  for (let start = 0; start < order.length; start += settings.batch) {
    const indices = order.slice(start, start + settings.batch);
    const part = partOf(setup, bucketOf(texts[indices.at(-1)!]!.ids.length, job.model.context));
    const rows = rowsOf(
      setup,
      part,
      indices.map((index) => texts[index]!),
    );
    const { logits } = await trainer.evaluate(part, rows.arrays);
    for (const [row, index] of indices.entries())
      predictions[index] = predictionOf(Array.from(logits!.subarray(row * classes, (row + 1) * classes)));
  }
  return predictions;
}

function predictionOf(logits: number[]): Prediction {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return { label: logits.indexOf(largest), probabilities: exponentials.map((value) => value / total) };
}

function scoresOf(
  texts: readonly LabelledText[],
  predictions: readonly Prediction[],
  classes: number,
  split: "validation" | "test",
): Score[] {
  const gold = texts.map(({ label }) => label);
  const predicted = predictions.map(({ label }) => label);
  const probabilities = predictions.map((prediction) => prediction.probabilities);
  return scoreClassification(gold, predicted, classes, probabilities).map((score) => ({ ...score, split, n: texts.length }));
}

/** `predictions.jsonl`: a line each, for paired tests and for reading what went wrong. */
function writePredictions(
  folder: string,
  labels: readonly string[],
  texts: readonly (LabelledText & { id: string })[],
  predictions: readonly Prediction[],
): void {
  const lines = texts.map(({ id, label }, i) => {
    const { label: predicted, probabilities } = predictions[i]!;
    const rounded = probabilities.map((probability) => Number(probability.toPrecision(6)));
    return `${JSON.stringify({ id, label: labels[label], predicted: labels[predicted], probabilities: rounded })}\n`;
  });
  writeWhole(join(folder, "predictions.jsonl"), lines.join(""));
}

function withoutWeights({ weights: _, ...rest }: Best): Omit<Best, "weights"> {
  return rest;
}

const bestFile = (folder: string) => join(folder, "checkpoints", "best.safetensors");

function writeBest(folder: string, { trained }: TrainingSettings, weights: Values): void {
  mkdirSync(join(folder, "checkpoints"), { recursive: true });
  writeSafetensors(bestFile(folder), Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, data: weights[name]! }])));
}

function readBest(folder: string): Values {
  if (!existsSync(bestFile(folder))) return {};
  const { tensors } = readSafetensors(bestFile(folder));
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
}
