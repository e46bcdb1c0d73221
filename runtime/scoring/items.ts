import { answersTask } from "#runtime/contract/job-kinds.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { predictionsFile, readPredictions } from "#runtime/runs/prediction-files.ts";
import type { Store } from "#runtime/runs/store.ts";
import type { Items } from "#runtime/tasks/item-scores.ts";
import { taskDefinitions } from "#runtime/tasks/task-definitions.ts";

export type { Items } from "#runtime/tasks/item-scores.ts";

/** The task that predictions belong to: its kind, and all of its labels, even those that do not occur in the examples. */
export interface ScoredTask<K extends TaskKind = TaskKind> {
  kind: K;
  labels: readonly string[];
}

/** The items of a finished run with predictions; otherwise undefined. */
export function itemsIn(store: Store, id: string): Items | undefined {
  const job = store.left(id, [predictionsFile])?.job;
  return job && answersTask(job) ? itemsLeft(store.runFolder(id), job.task) : undefined;
}

function itemsLeft(folder: string, task: ScoredTask): Items | undefined {
  const predictions = readPredictions(folder, task.kind);
  return predictions && itemsOf(task, predictions);
}

/** The items of predictions; undefined if one does not fit the task's labels. */
export function itemsOf<K extends TaskKind>({ kind, labels }: ScoredTask<K>, predictions: readonly Prediction<K>[]): Items | undefined {
  return taskDefinitions[kind].items(predictions, labels);
}
