import { basename, dirname } from "node:path";
import { readJobRecord } from "#runtime/runs/inspect-folder.ts";
import { predictionsFile } from "#runtime/runs/prediction-files.ts";

/**
 * Labels of the task whose run left this file of predictions, in the order of its probabilities; also those that no line has. Undefined if
 * it is no run's file, or the answers are no labels.
 */
export function labelsOfRun(path: string): readonly string[] | undefined {
  if (basename(path) !== predictionsFile) return undefined;
  const read = readJobRecord(dirname(path));
  const job = read && "value" in read ? read.value : undefined;
  return job && "task" in job && job.task.labels.length > 0 ? job.task.labels : undefined;
}
