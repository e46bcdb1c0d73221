import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type {
  ComparisonResult,
  CorpusResult,
  EncodeResult,
  FinetuneResult,
  LeaksResult,
  MajorityResult,
  MeasureResult,
  PretrainResult,
  TokenizerResult,
} from "#runtime/contract/artifacts.ts";
import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { readEvents } from "./events.ts";
import { isMissing, readJson, writeJson } from "./files.ts";
import { lockedBy } from "./lock.ts";

/** What each kind of job leaves in `result.json`. */
export interface Results {
  corpus: CorpusResult;
  tokenizer: TokenizerResult;
  encode: EncodeResult;
  leaks: LeaksResult;
  measure: MeasureResult;
  pretrain: PretrainResult;
  finetune: FinetuneResult;
  majority: MajorityResult;
  compare: ComparisonResult;
}

/** For people. `stopped` is also a job whose process was killed. */
export type JobState = "done" | "running" | "stopped" | "failed" | "new";

/** The `.pretrain` folder beside a file: a folder a job under `runs/`, laid out as `contract/artifacts.ts` says. */
export interface Store {
  readonly root: string;
  /** Of a job; it need not exist. */
  runFolder(id: string): string;
  isDone(id: string): boolean;
  /** Whether a pre-training's weights are there as they were after so many steps. */
  keeps(id: string, step: number): boolean;
  /** Undefined where the job is not done. */
  readResult<K extends JobKind>(job: JobOf<K>): Results[K] | undefined;
  /** The job as it was planned when it last ran; undefined where it never did. */
  readJob(id: string): Job | undefined;
  /** Makes the run folder and writes `job.json`. */
  writeJob(job: Job): void;
  state(id: string): JobState;
  /** Job ids that have a folder. */
  jobs(): string[];
}

export function openStore(root: string): Store {
  const runFolder = (id: string) => join(root, "runs", id);
  const isDone = (id: string) => existsSync(resultFile(runFolder(id)));
  return {
    root,
    runFolder,
    isDone,
    keeps: (id, step) => existsSync(keptWeightsFile(runFolder(id), step)),
    readResult: <K extends JobKind>(job: JobOf<K>) => readJson<Results[K]>(resultFile(runFolder(job.id))),
    readJob: (id) => readJson<Job>(jobFile(runFolder(id))),
    writeJob(job) {
      mkdirSync(runFolder(job.id), { recursive: true });
      writeJson(jobFile(runFolder(job.id)), job);
    },
    state: (id) => (isDone(id) ? "done" : stateOfUndone(runFolder(id))),
    jobs: () => foldersIn(join(root, "runs")),
  };
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

function stateOfUndone(folder: string): JobState {
  if (lockedBy(lockFile(folder))) return "running";
  const last = readEvents(folder).events.findLast((event) => event.event.startsWith("job-"));
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
