import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Results } from "#runtime/contract/artifacts.ts";
import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { lastEvent } from "./events.ts";
import { isMissing, makeFolder, writeSealed } from "./files.ts";
import { type Depth, inspector, type Left, readJobRecord } from "./inspect.ts";
import { lockedBy } from "./lock.ts";
import { predictionsFile } from "./predictions.ts";
import { makeStoreFolder } from "./root.ts";
import { filesLeft } from "./written.ts";

export type { Results };

/** For people. `submitted`: handed over and not begun. `stopped` is also a job whose process was killed. */
export type JobState = "done" | "running" | "submitted" | "stopped" | "failed" | "new";

/** The `.pretrain` folder beside a file: a folder a job under `runs/`, laid out as `contract/artifacts.ts` says. */
export interface Store {
  readonly root: string;
  /** Of a job; it need not exist. */
  runFolder(id: string): string;
  /** Whether its result is there and all that belongs to it, as it was left. A job of which that is not so is done again. */
  isDone(id: string): boolean;
  /** The same, and its content too. */
  isWhole(id: string): boolean;
  /** What it left; undefined where it is not done. `depth`: whether the content of its files is looked at too. */
  left(id: string, depth?: Depth): Left | undefined;
  /** Why the job is to be done again though it has a result: the file and what is wrong with it. Its predictions are results too. */
  damage(id: string, depth?: Depth): string | undefined;
  /** Whether a pre-training's weights are there as they were after so many steps. */
  keeps(id: string, step: number): boolean;
  /** Undefined where the job is not done. */
  readResult<K extends JobKind>(job: JobOf<K>): Results[K] | undefined;
  /** The job as it was planned when it last ran; undefined where it never did, or the file is not what was written. */
  readJob(id: string): Job | undefined;
  /** Makes the run folder and writes `job.json`. */
  writeJob(job: Job): void;
  state(id: string): JobState;
  /** Job ids that have a folder. */
  jobs(): string[];
}

/** @param onDamage told, once, of each file that is not what a job left */
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

/** The last that a job writes: from then on it is done. What else it left stands there with size and checksum. */
export function writeResult(folder: string, result: Results[JobKind]): void {
  writeSealed(resultFile(folder), { ...result, job: basename(folder), files: filesLeft(folder) });
}

export function resultFile(folder: string): string {
  return join(folder, "result.json");
}

/** Of a pre-training: its weights after a step before the last. */
export function keptWeightsFile(folder: string, step: number): string {
  return join(folder, "kept", `step-${String(step).padStart(8, "0")}.safetensors`);
}

export function jobFile(folder: string): string {
  return join(folder, "job.json");
}

export function lockFile(folder: string): string {
  return join(folder, "lock");
}

/** Held by a scheduler from when it hands the job over until the job begins. */
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
