import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { resolveTask } from "#runtime/tasks/resolve.ts";
import type { Files } from "./files.ts";

/** A task with its labels, and what is wrong with its files. */
export type TaskReader = (key: Ref) => { task: ResolvedTask | null; problems: Problem[] };

/** Reads each task's files once. */
export function taskReader(spec: Spec, files: Files): TaskReader {
  const known = new Map<Ref, ReturnType<TaskReader>>();
  return (key) => {
    const task = spec.tasks[key];
    if (!task) return { task: null, problems: [] };
    const found = known.get(key) ?? resolveTask(task, key, files);
    known.set(key, found);
    return found;
  };
}
