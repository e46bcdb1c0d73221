import type { ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split, TaskKind } from "#runtime/contract/spec.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import type { TaskScore } from "#runtime/tasks/task-definition.ts";
import { taskDefinitions } from "#runtime/tasks/task-definitions.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import type { ExampleReading } from "../labelled-texts.ts";
import type { Trainer } from "../trainer.ts";

export interface TaskTrainingSetup<T extends TrainedTask = TrainedTask> extends ExampleReading {
  task: T;
  model: ResolvedModel;
  /** Examples of a micro-batch. */
  batch: number;
}

/** How a model is fine-tuned on a kind of task and scored. `Item`: what one row of a batch is made of; `P`: what it answers. */
export interface TaskTraining<Item = unknown, P extends Prediction = Prediction> {
  train: readonly Item[];
  /** Tokens, for batches of like lengths. */
  lengthOf(item: Item): number;
  /** The smallest part that has room for all of these. */
  partOf(items: readonly Item[]): Part;
  /** At most a micro-batch of items in a part's shapes. */
  fill(part: Part, items: readonly Item[]): { arrays: Arrays; tokensRead: number; predicted: number };
  evaluate(split: Exclude<Split, "train">, trainer: Pick<Trainer, "evaluate" | "openDecoder">): Promise<Evaluation<P>>;
}

export interface Evaluation<P extends Prediction = Prediction> {
  /** Mean over the examples, of what training minimises. */
  loss: number;
  /** Every score that the kind has. */
  scores: TaskScore[];
  /** The metric by which the best epoch is chosen; null: the loss alone. Higher is better. */
  main: string | null;
  /** Examples. */
  n: number;
  /** One for each example. */
  predictions: P[];
}

/** @param kept a prediction as it is written; scores are of predictions as they are given */
export function evaluated<K extends TaskKind>(
  { kind, labels }: { kind: K; labels: readonly string[] },
  loss: number,
  predictions: readonly Prediction<K>[],
  kept: (prediction: Prediction<K>) => Prediction<K> = (prediction) => prediction,
): Evaluation<Prediction<K>> {
  const { score, mainMetric } = taskDefinitions[kind];
  return { loss, scores: score(predictions, labels), main: mainMetric(labels), n: predictions.length, predictions: predictions.map(kept) };
}

/** Six digits are enough to compare and to read. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Reads a split when it is first asked for, and once: the test split stays unread until the end. */
export function once<Item>(read: (split: Split) => Promise<Item[]>): (split: Split) => Promise<Item[]> {
  const known = new Map<Split, Promise<Item[]>>();
  return (split) => {
    const found = known.get(split) ?? read(split);
    known.set(split, found);
    return found;
  };
}
