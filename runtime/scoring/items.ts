import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { predictionsFile, readPredictions } from "#runtime/runs/predictions.ts";
import type { Store } from "#runtime/runs/store.ts";
import { itemsByKind } from "./items-by-kind.ts";

/** What a run answered for each test example, to be scored again on examples drawn from them. */
export interface Items {
  ids: readonly string[];
  /** The score of each example, of a metric that is their mean; undefined for another. */
  each(metric: string): Float64Array | undefined;
  /** A metric over chosen examples, given by place; undefined where the metric cannot be computed from what was kept. */
  scorer(metric: string): ((chosen: Int32Array) => number) | undefined;
}

/** What predictions are scored by: the task's kind, and its labels, whether or not each of them occurs among the examples. */
export interface AnsweredTask<K extends TaskKind = TaskKind> {
  kind: K;
  labels: readonly string[];
}

/** Of a run of a task that is done and left what it wrote. */
export function itemsIn(store: Store, id: string): Items | undefined {
  const job = store.left(id, [predictionsFile])?.job;
  return job?.kind === "finetune" || job?.kind === "evaluate" || job?.kind === "majority"
    ? itemsLeft(store.runFolder(id), job.task)
    : undefined;
}

function itemsLeft(folder: string, task: AnsweredTask): Items | undefined {
  const predictions = readPredictions(folder, task.kind);
  return predictions && itemsOf(task, predictions);
}

/** Undefined where a prediction does not fit the task's labels. */
export function itemsOf<K extends TaskKind>({ kind, labels }: AnsweredTask<K>, predictions: readonly Prediction<K>[]): Items | undefined {
  return itemsByKind[kind](predictions, labels);
}
