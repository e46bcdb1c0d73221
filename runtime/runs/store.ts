import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Results } from "#runtime/contract/artifacts.ts";
import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { lastEvent } from "./event-log.ts";
import { type Depth, inspector, type Left, readJobRecord } from "./inspect-folder.ts";
import { lockedBy } from "./lock.ts";
import { predictionsFile } from "./prediction-files.ts";
import { makeStoreFolder } from "./root.ts";
import { isMissing, makeFolder, writeSealed } from "./whole-files.ts";
import { filesLeft } from "./written.ts";

export type { Results };

/** The state of a job, for display. `submitted`: handed over but not started. `stopped` includes jobs whose process was killed. */
export type JobState = "done" | "running" | "submitted" | "stopped" | "failed" | "new";

/** The folder `.pretrain` next to a file, with one folder per job in `runs/`, as described in `contract/artifacts.ts`. */
export interface Store {
  readonly root: string;
  /** The run folder of a job, which need not exist. */
  runFolder(id: string): string;
  /** Whether the result of a job and all of its files exist with the right sizes. Otherwise the job has to run again. */
  isDone(id: string): boolean;
  /** As `isDone`, with the content of the files checked too. */
  isWhole(id: string): boolean;
  /** The output of a job; undefined if it is not done. `depth`: whether the content of its files is checked too. */
  left(id: string, depth?: Depth): Left | undefined;
  /** Why a job with a result has to run again: the file and what is wrong with it. Predictions count as results too. */
  damage(id: string, depth?: Depth): string | undefined;
  /** Whether the weights of a pre-training after this step exist. */
  keeps(id: string, step: number): boolean;
  /** The result of a job; undefined if it is not done. */
  readResult<K extends JobKind>(job: JobOf<K>): Results[K] | undefined;
  /** The job as it was planned when it last ran; undefined if it never ran, or if the file is damaged. */
  readJob(id: string): Job | undefined;
  /** Makes the run folder and writes `job.json`. */
  writeJob(job: Job): void;
  state(id: string): JobState;
  /** Ids of the jobs that have a folder. */
  jobs(): string[];
}

/** @param onDamage called once for each file that was changed after a job wrote it */
export function openStore(root: string, onDamage: (problem: string) => void = () => {}): Store {
  const runFolder = (id: string) => join(root, "runs", id);
  const inspect = inspector();
  const told = new Set<string>();
  const look = (id: string, depth: Depth) => {
    const found = inspect(runFolder(id), depth);
    if (found && "problem" in found && !told.has(found.problem)) {
      told.add(found.problem);
      onDamage(found.problem);
    }
    return found;
  };
  const leftBy = (id: string, depth: Depth = "sizes") => {
    const found = look(id, depth);
    return found && "left" in found ? found.left : undefined;
  };
  return {
    root,
    runFolder,
    isDone: (id) => leftBy(id) !== undefined,
    isWhole: (id) => leftBy(id, "content") !== undefined,
    left: leftBy,
    damage(id, depth = [predictionsFile]) {
      const found = look(id, depth);
      return found && "problem" in found ? found.problem : undefined;
    },
    keeps: (id, step) => existsSync(keptWeightsFile(runFolder(id), step)),
    readResult: <K extends JobKind>(job: JobOf<K>) => leftBy(job.id)?.result as Results[K] | undefined,
    readJob(id) {
      const read = readJobRecord(runFolder(id));
      return read && "value" in read ? read.value : undefined;
    },
    writeJob(job) {
      makeStoreFolder(root);
      makeFolder(runFolder(job.id));
      writeSealed(jobFile(runFolder(job.id)), job);
    },
    state: (id) => (leftBy(id) ? "done" : stateOfUndone(runFolder(id))),
    jobs: () => foldersIn(join(root, "runs")),
  };
}

/** Writes the result of a job, after which it is done. The result includes the size and checksum of every other file. */
export function writeResult(folder: string, result: Results[JobKind]): void {
  writeSealed(resultFile(folder), { ...result, job: basename(folder), files: filesLeft(folder) });
}

export function resultFile(folder: string): string {
  return join(folder, "result.json");
}

/** The file of a pre-training's intermediate weights after a step. */
export function keptWeightsFile(folder: string, step: number): string {
  return join(folder, "kept", `step-${String(step).padStart(8, "0")}.safetensors`);
}

export function jobFile(folder: string): string {
  return join(folder, "job.json");
}

export function lockFile(folder: string): string {
  return join(folder, "lock");
}

/** The lock that a scheduler holds from submitting a job until the job starts. */
export function submissionFile(folder: string): string {
  return join(folder, "submitted");
}

function stateOfUndone(folder: string): JobState {
  if (lockedBy(lockFile(folder))) return "running";
  if (lockedBy(submissionFile(folder))) return "submitted";
  const last = lastEvent(folder);
  if (!last) return "new";
  return last.event === "job-failed" ? "failed" : "stopped";
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
