import { hubFilesOf, readTaskHere } from "#runtime/compile/hub-data.ts";
import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { pathsOf } from "#runtime/tasks/examples.ts";
import type { TaskReading } from "#runtime/tasks/resolve-task.ts";
import type { WatchedFiles } from "./watched-files.ts";

/** Reads the files of a task. A reading is cached until the declaration or a file changes. */
export type TaskReadings = (spec: Spec, key: Ref) => TaskReading;

export function taskReadings(files: WatchedFiles): TaskReadings {
  const known = new Map<string, { seen: string; reading: TaskReading }>();
  return (spec, key) => {
    const task = spec.tasks[key];
    if (!task) return none;
    const { doc: _, metrics: __, ...read } = task;
    const ofHub = hubFilesOf(task).flatMap(({ from }) => {
      const data = files.hubData(from.hub);
      return data ? data.paths.map((path) => `${data.folder}/${path}`) : [];
    });
    const paths = [...[task.train, task.validation, task.test].flatMap(pathsOf), ...ofHub];
    // the declaration's settings for its files, and the files' present versions
    const seen = `${JSON.stringify(read)}\n${files.signature(paths)}`;
    const place = `${spec.file}\n${key}`;
    const found = known.get(place);
    if (found?.seen === seen) return found.reading;
    const reading = readTaskHere(task, key, files);
    // taken now, because reading a file makes its hash known
    known.set(place, { seen: `${JSON.stringify(read)}\n${files.signature(paths)}`, reading });
    return reading;
  };
}

const none: TaskReading = { task: null, problems: [], sizes: { train: 0, validation: 0, test: 0 }, characters: 0, longestBytes: 0 };
