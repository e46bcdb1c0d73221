import type { ComparisonResult, RunSession, Score } from "#runtime/contract/artifacts.ts";
import type { StepEvent } from "#runtime/contract/events.ts";
import type { Job, JobKind } from "#runtime/contract/plan.ts";

/** `stopped` is also a job whose process was killed. */
export type RunState = "new" | "running" | "stopped" | "failed" | "done";

/** What a run folder says, as far as lenses and the tree show it. */
export interface Run {
  /** The job's id and the folder's name. */
  id: string;
  kind: JobKind;
  name: string;
  job: Job;
  state: RunState;
  /** Of a running job: the process that holds the folder's lock, where it is of this machine. */
  pid?: number;
  phase?: { phase: string; done?: number; total?: number; unit?: string };
  step?: StepEvent;
  /** Tokens a second, smoothed over steps: what is left is told by it, and does not jump. */
  pace?: number;
  /** When the job began and ended last, in milliseconds. */
  started?: number;
  ended?: number;
  /** What the work took, once it is done. */
  seconds?: number;
  /** Why it failed. */
  message?: string;
  warnings: string[];
  /** While it runs the last of each metric; then those of the result. */
  scores: Score[];
  /** Of a comparison that is done. */
  comparison?: ComparisonResult;
}

/** A `.pretrain` folder as it was when last looked at. */
export interface Store {
  root: string;
  runs: ReadonlyMap<string, Run>;
  /** Of those processes that live. */
  sessions: readonly RunSession[];
}

export function emptyStore(root: string): Store {
  return { root, runs: new Map(), sessions: [] };
}

/** There is something to look at. Of a run that is done its events are not read, so it may not be known when it began. */
export function hasBegun(run: Run | undefined): boolean {
  return run !== undefined && (run.state === "done" || run.started !== undefined);
}

/** A model with a decoder, to be had. */
export function writesText({ state, job }: Run): boolean {
  return state === "done" && job.kind === "pretrain" && job.model.architecture !== "encoder";
}

/** How much of a job is done, 0 to 1. */
export function doneShare(run: Run | undefined): number {
  if (!run) return 0;
  if (run.state === "done") return 1;
  if (run.job.kind === "pretrain" && run.step) return run.step.step / run.job.steps;
  if (run.phase?.total && run.phase.done !== undefined) return Math.min(1, run.phase.done / run.phase.total);
  return 0;
}

/** The run of a job with this name that ended well last, other than these. */
export function lastDone(store: Store, kind: JobKind, name: string, except: ReadonlySet<string>): Run | undefined {
  let last: Run | undefined;
  for (const run of store.runs.values()) {
    if (run.kind !== kind || run.name !== name || run.state !== "done" || except.has(run.id)) continue;
    if ((run.ended ?? 0) >= (last?.ended ?? 0)) last = run;
  }
  return last;
}
