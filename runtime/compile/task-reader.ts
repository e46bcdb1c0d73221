import type { Ref, Spec } from "#runtime/contract/spec.ts";
import type { TaskReading } from "#runtime/tasks/resolve-task.ts";
import { readTaskHere } from "./hub-data.ts";
import type { Files } from "./planning-files.ts";

/** Reads a task: its labels, its numbers of examples, and the problems of its files. */
export type ReadTask = (key: Ref) => TaskReading;

/** A reader that reads the files of each task only once. */
export function taskReader(spec: Spec, files: Files): ReadTask {
  const known = new Map<Ref, TaskReading>();
  return (key) => {
    const task = spec.tasks[key];
    if (!task) return { task: null, problems: [], sizes: { train: 0, validation: 0, test: 0 }, characters: 0, longestBytes: 0 };
    const found = known.get(key) ?? readTaskHere(task, key, files);
    known.set(key, found);
    return found;
  };
}
