import type { RunSession } from "#runtime/contract/artifacts.ts";
import type { JobKind } from "#runtime/contract/plan.ts";
import type { OutlinePlan } from "#server/protocol.ts";
import { doneShare, type Run, type WatchedStore } from "../runs/model.ts";

/** The progress of a plan's run. */
export interface PlanProgress {
  /** Finished share of the whole plan, from 0 to 1. */
  share: number;
  /** Remaining seconds; undefined while they cannot be estimated. */
  left?: number;
  /** The running jobs, the furthest in the plan first. */
  running: Run[];
  /** Jobs that were handed over and have not begun. */
  submitted: number;
  done: number;
  all: number;
}

export function progressOf(plan: OutlinePlan, store: WatchedStore, session: RunSession | undefined, now: number): PlanProgress {
  const began = session ? Date.parse(session.start) : undefined;
  const runs = plan.jobs.map(({ id }) => store.runs.get(id));
  let all = 0;
  let did = 0;
  let didSince = 0;
  for (const [index, { kind }] of plan.jobs.entries()) {
    const run = runs[index];
    const weight = weightOf(kind);
    const share = doneShare(run);
    all += weight;
    did += weight * share;
    if (began !== undefined && (run?.state !== "done" || (run.ended ?? 0) > began)) didSince += weight * share;
  }
  const running = runs.filter((run) => run?.state === "running").reverse() as Run[];
  const left = oneJobLeft(plan, store, running) ?? fromPace(all - did, didSince, began, now);
  return {
    share: all === 0 ? 0 : did / all,
    ...(left === undefined ? {} : { left }),
    running,
    submitted: runs.filter((run) => run?.state === "submitted").length,
    done: runs.filter((run) => run?.state === "done").length,
    all: plan.jobs.length,
  };
}

/** Rough relative durations of jobs. */
const weights: Partial<Record<JobKind, number>> = { pretrain: 20, finetune: 6, evaluate: 1 };

function weightOf(kind: JobKind): number {
  return weights[kind] ?? 0.2;
}

/** Remaining seconds of the only job left, from its own speed, which is more accurate than the overall pace. */
function oneJobLeft(plan: OutlinePlan, store: WatchedStore, running: readonly Run[]): number | undefined {
  const [run] = running;
  if (running.length !== 1 || run?.job.kind !== "pretrain" || !run.step) return undefined;
  const others = plan.jobs.filter(({ id, kind }) => id !== run.id && store.runs.get(id)?.state !== "done" && weightOf(kind) >= 1);
  if (others.length > 0 || !run.pace) return undefined;
  const perStep = run.step.tokens / run.step.step;
  return ((run.job.steps - run.step.step) * perStep) / run.pace;
}

const secondsBeforeGuess = 3;

function fromPace(left: number, didSince: number, began: number | undefined, now: number): number | undefined {
  if (began === undefined || didSince <= 0) return undefined;
  const seconds = (now - began) / 1000;
  return seconds < secondsBeforeGuess ? undefined : (left * seconds) / didSince;
}

/** The session that runs a declaration, in this window, another one or a terminal. */
export function sessionOf(store: WatchedStore, file: string, name: string): RunSession | undefined {
  return store.sessions.find((session) => session.file === file && session.name === name);
}
