import type { ComparisonResult, RunSession, Score } from "#runtime/contract/artifacts.ts";
import type { StepEvent } from "#runtime/contract/events.ts";
import { trainedBy, type Unlearned, unlearned } from "#runtime/contract/learning.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { Job, JobKind } from "#runtime/contract/plan.ts";

/** State of a run. `submitted`: handed over, not begun. `stopped` includes jobs whose process was killed. */
export type RunState = "new" | "submitted" | "running" | "stopped" | "failed" | "done";

/** The contents of a run folder, as far as lenses and the tree show them. */
export interface Run {
  /** The job's id, which is the folder's name. */
  id: string;
  kind: JobKind;
  name: string;
  job: Job;
  state: RunState;
  /** Of a running job: the process that holds the folder's lock, if it runs on this machine. */
  pid?: number;
  phase?: { phase: string; done?: number; total?: number; unit?: string };
  step?: StepEvent;
  /** Tokens per second, smoothed over steps so that the remaining time does not jump. */
  pace?: number;
  /** When the job last began and ended, in milliseconds. */
  started?: number;
  ended?: number;
  /** Seconds of work, once the job is done. */
  seconds?: number;
  /** Why the job failed. */
  message?: string;
  warnings: string[];
  /** The last score of each metric while the job runs; afterwards those of the result. */
  scores: Score[];
  /** What a pre-training had learned at each validation. */
  learning: readonly LearningPoint[];
  /** The result of a finished comparison. */
  comparison?: ComparisonResult;
}

/** A `.pretrain` folder as last read. */
export interface WatchedStore {
  root: string;
  runs: ReadonlyMap<string, Run>;
  /** Sessions whose processes are alive. */
  sessions: readonly RunSession[];
}

/** Somebody works on it, or is to. */
export function isWorking({ state }: Run): boolean {
  return state === "running" || state === "submitted";
}

export function emptyStore(root: string): WatchedStore {
  return { root, runs: new Map(), sessions: [] };
}

/** Whether there are steps to show. The events of a finished run are not read, so its start may be unknown. */
export function hasBegun(run: Run | undefined): boolean {
  return run !== undefined && (run.state === "done" || run.started !== undefined);
}

/** Whether the model has a decoder and is available to generate text. */
export function writesText({ state, job }: Run): boolean {
  return state === "done" && job.kind === "pretrain" && job.model.architecture !== "encoder";
}

/** What a pre-training has not learned. */
export function notLearned({ job, learning }: Run): Unlearned[] {
  return job.kind === "pretrain" && learning.length > 0 ? unlearned(learning, trainedBy(job)) : [];
}

/** The finished share of a job, from 0 to 1. */
export function doneShare(run: Run | undefined): number {
  if (!run) return 0;
  if (run.state === "done") return 1;
  if (run.job.kind === "pretrain" && run.step) return run.step.step / run.job.steps;
  if (run.phase?.total && run.phase.done !== undefined) return Math.min(1, run.phase.done / run.phase.total);
  return 0;
}

/** The last successful run of a job with this name, except the given runs. */
export function lastDone(store: WatchedStore, kind: JobKind, name: string, except: ReadonlySet<string>): Run | undefined {
  let last: Run | undefined;
  for (const run of store.runs.values()) {
    if (run.kind !== kind || run.name !== name || run.state !== "done" || except.has(run.id)) continue;
    if ((run.ended ?? 0) >= (last?.ended ?? 0)) last = run;
  }
  return last;
}
