import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split, TaskKind } from "#runtime/contract/spec.ts";
import type { MetricValue } from "#runtime/metrics/metric-table.ts";
import type { DecodedFile, ExamplesByKind, TaskData, TaskDataOf, TaskExample, TaskExamples, TaskProblem } from "./example.ts";
import type { Items } from "./item-scores.ts";

/** What there is to know of a kind of task whichever model answers it. One folder each, listed in `task-definitions.ts`. */
export interface TaskDefinition<D extends TaskData, E extends TaskExample, P extends Prediction> {
  /** The examples of a file, or of two aligned ones. `key`: the setting that names it. */
  read(task: D, files: readonly DecodedFile[], key: Split): TaskExamples<E>;
  /** The question of an example, as texts: the same question is never in two splits. */
  question(example: E): string[];
  /** The answers that training examples have, in order; empty where answers are not labels. */
  labels(examples: readonly E[]): string[];
  /** What only all splits together show. */
  check(splits: Readonly<Record<Split, readonly E[]>>, labels: readonly string[]): TaskProblem[];
  /** Why a metric has no value on these examples, whatever is answered; null where it has one. */
  undefinedMetric?(metric: string, examples: readonly E[], labels: readonly string[]): string | null;
  /** Why a metric fits no answer of the task, whatever the split; null where it fits. `reason`: the end of a sentence, by the task's name. */
  unfitMetric?(metric: string, labels: readonly string[]): { code: string; reason(task: string): string } | null;
  /** Whether a model that is trained on an example reads its target too. */
  readsTarget?: true;
  /** For people. */
  shown(example: E): { input: string; target: string };
  /** `train` reads the training examples; `labels` are the task's. Throws `JobFailure` where an example has another label. */
  constantBaseline(train: () => readonly E[], labels: readonly string[]): ConstantBaseline<E, P>;
  /**
   * Every metric of the kind, for every system. Metrics that need probabilities are left out if an answer has none.
   * @param labels the task's, whether or not each of them occurs
   */
  score(predictions: readonly P[], labels: readonly string[]): TaskScore[];
  /** The scores of single examples, to draw examples from; undefined where a prediction does not fit the task's labels. */
  items(predictions: readonly P[], labels: readonly string[]): Items | undefined;
  /** The metric by which the best epoch is chosen; null: the loss alone. Higher is better. */
  mainMetric(labels: readonly string[]): string | null;
}

/** For a kind, or for several with the same examples and answers. */
export type TaskDefinitionOf<K extends TaskKind> = TaskDefinition<TaskDataOf<K>, ExamplesByKind[K], Prediction<K>>;

/** Whoever always answers the same, whatever is asked: what a model must beat to have learned anything. */
export interface ConstantBaseline<E extends TaskExample, P extends Prediction> {
  /** What is always answered, for people. */
  label: string;
  answer(example: E): P;
}

/** `n`: the examples of the score, where these are not all. */
export type TaskScore = MetricValue & { n?: number };
