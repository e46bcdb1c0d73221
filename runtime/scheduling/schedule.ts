import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { EngineRequest } from "#runtime/contract/engine-options.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { formatSeconds } from "#runtime/contract/numbers.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";
import type { LockHolder } from "#runtime/contract/records.ts";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { isTraining } from "#runtime/machine/estimate.ts";
import { workOf } from "#runtime/machine/work.ts";
import { eventsEnd, followEvents, openEvents } from "#runtime/runs/events.ts";
import { type LockAttempt, lockedBy, tryLock } from "#runtime/runs/lock.ts";
import { lockFile, type Store, submissionFile } from "#runtime/runs/store.ts";
import { neededJobs } from "./needed.ts";
import type { HandedJob, JobEnd, JobRunner } from "./runner.ts";

export interface ScheduleOptions extends Omit<EngineRequest, "threads"> {
  store: Store;
  runner: JobRunner;
  /** Threads that a job trains on. What trains nothing takes all: its result does not depend on them. */
  threadsOf(job: Job): number;
  /** Jobs at a time, at most: together they must fit into the memory that is free. */
  parallel: number;
  /** First abort: the jobs stop cleanly and checkpoint. */
  signal: AbortSignal;
  /** Aborted: the jobs' processes are ended at once. */
  killSignal: AbortSignal;
  /** Every job's events as they are written, and the schedule's own `job-skipped`. */
  onEvent(event: RunEvent): void;
}

export type ScheduledState = "done" | "failed" | "skipped" | "stopped";

export interface ScheduleResult {
  /** By job id; jobs that were not needed are missing. */
  states: Map<string, ScheduledState>;
  interrupted: boolean;
}

/**
 * Runs what of a plan is not done, by whoever runs jobs, in the order of what they read. The failure of a job takes
 * with it only the jobs that read from it. A job that another process works on is waited for.
 */
export async function schedule(plan: Plan, options: ScheduleOptions): Promise<ScheduleResult> {
  const { needed, done } = neededJobs(plan, options.store);
  const states = new Map<string, ScheduledState>();
  for (const job of done) {
    states.set(job.id, "done");
    options.onEvent(skipped(job, "done"));
  }
  const waiting = new Set(needed);
  const running = new Map<Job, Promise<void>>();
  const { memory } = options.runner.free();
  while (waiting.size + running.size > 0) {
    if (options.signal.aborted) {
      for (const job of waiting) states.set(job.id, "stopped");
      waiting.clear();
    }
    for (const job of inOrder(waiting, options.parallel)) {
      const inputs = job.after.map((id) => states.get(id));
      if (inputs.some((state) => state !== undefined && state !== "done")) {
        waiting.delete(job);
        states.set(job.id, "skipped");
        options.onEvent(skipped(job, "input-failed"));
      } else if (inputs.every((state) => state === "done") && running.size < options.parallel && fits(job, running.keys(), memory)) {
        waiting.delete(job);
        const run = runOne(job, options)
          .catch((error: unknown) => failedOutside(job, error, options))
          .then((state) => {
            states.set(job.id, state);
            running.delete(job);
          });
        running.set(job, run);
      }
    }
    if (running.size > 0) await Promise.race(running.values());
  }
  return { states, interrupted: options.signal.aborted };
}

/**
 * Which jobs go first. In the plan's order, so that cell after cell is done; towards the end those with the most work behind them, so that
 * no processor stands idle while another has one last pre-training and its fine-tunings to do (Graham 1969, section 4).
 */
export function inOrder(waiting: ReadonlySet<Job>, parallel: number): Job[] {
  const jobs = [...waiting];
  if (parallel === 1 || jobs.filter(isTraining).length > 3 * parallel) return jobs;
  const known = new Map<Job, number>();
  const chain = (job: Job): number => {
    const found = known.get(job);
    if (found !== undefined) return found;
    const behind = jobs.filter(({ after }) => after.includes(job.id)).map(chain);
    const work = (isTraining(job) ? workOf(job) : 0) + Math.max(0, ...behind);
    known.set(job, work);
    return work;
  };
  return jobs.sort((a, b) => chain(b) - chain(a));
}

/** A job that runs alone is let run. A measurement of time runs alone: beside others it would measure them too. */
function fits(job: Job, running: Iterable<Job>, memory: number): boolean {
  const beside = [...running];
  if (beside.length > 0 && [job, ...beside].some(({ kind }) => kind === "measure")) return false;
  const others = beside.map(memoryOf);
  return others.length === 0 || others.reduce((sum, bytes) => sum + bytes, memoryOf(job)) <= memory;
}

/** What a job's process takes, about. */
function memoryOf(job: Job): number {
  return processBytes + ("cost" in job ? job.cost.memoryBytes : 0);
}

/** Node, the engine, and what a preparation holds of a corpus. */
const processBytes = 3e8;

/** One job to its end, its events passed on, wherever it runs. */
async function runOne(job: Job, options: ScheduleOptions): Promise<ScheduledState> {
  const folder = options.store.runFolder(job.id);
  const followed = new AbortController();
  let submission: LockAttempt | undefined;
  const onEvent = (event: RunEvent) => {
    if (event.event === "job-started") withdraw(submission);
    options.onEvent(event);
  };
  options.store.writeJob(job);
  // what cannot be read is not shown; the job goes on, and its end is known otherwise
  const following = forward(followEvents(folder, { signal: followed.signal, offset: eventsEnd(folder) }), onEvent).catch(() => {});
  try {
    while (true) {
      // of two schedulers one hands the job over, and the other waits for it
      submission = tryLock(submissionFile(folder));
      const holder = lockedBy(lockFile(folder)) ?? (submission.held ? undefined : submission.holder);
      if (holder) {
        withdraw(submission);
        const state = await awaitOther(job, holder, options);
        if (state) return state;
        continue;
      }
      const outcome = await runHanded(job, options);
      withdraw(submission);
      if (outcome !== "running-elsewhere") return outcome;
    }
  } finally {
    withdraw(submission);
    followed.abort();
    await following;
  }
}

function withdraw(submission: LockAttempt | undefined): void {
  if (submission?.held) submission.release();
}

/** What this process could not do for a job (a full disk, a folder that cannot be written) is that job's failure, and no other's. */
function failedOutside(job: Job, error: unknown, options: ScheduleOptions): "failed" {
  const message = describeSystemError(error) ?? (error instanceof Error ? error.message : String(error));
  options.onEvent({ ...stamp(job), event: "job-failed", message });
  return "failed";
}

async function runHanded(job: Job, options: ScheduleOptions): Promise<ScheduledState | "running-elsewhere"> {
  if (options.signal.aborted) return "stopped";
  const onEngine = isOfModel(job.kind) || job.kind === "measure";
  const { engine, engineOptions, runner } = options;
  const threads = onEngine ? options.threadsOf(job) : runner.free().processors;
  const handed = runner.start(job, { engine, engineOptions, threads });
  options.onEvent({ ...stamp(job), event: "job-submitted" });
  const unlink = linkSignals(handed, options);
  const ended = await handed.ended;
  unlink();
  if (ended.outcome !== "died") return ended.outcome;
  // an end that the user asked for is a stop: the job goes on from its checkpoint
  if (options.signal.aborted || options.killSignal.aborted) return "stopped";
  // its last act may have been to write the result
  if (options.store.isDone(job.id)) return "done";
  try {
    recordDeath(job, ended, options.store);
  } catch {
    options.onEvent({ ...stamp(job), event: "job-failed", message: ended.message });
  }
  return "failed";
}

function linkSignals(handed: HandedJob, options: ScheduleOptions): () => void {
  options.signal.addEventListener("abort", handed.stop);
  options.killSignal.addEventListener("abort", handed.kill);
  return () => {
    options.signal.removeEventListener("abort", handed.stop);
    options.killSignal.removeEventListener("abort", handed.kill);
  };
}

/** The dead cannot say it themselves. */
function recordDeath(job: Job, ended: Extract<JobEnd, { outcome: "died" }>, store: Store): void {
  const folder = store.runFolder(job.id);
  const lock = tryLock(lockFile(folder));
  // somebody is already trying again
  if (!lock.held) return;
  try {
    const events = openEvents(folder, job.id);
    try {
      events.write({ event: "job-failed", message: ended.message });
    } finally {
      events.close();
    }
  } finally {
    lock.release();
  }
}

/** Waits for another process' work on a job. Undefined where it left the job undone without a failure: then it is ours. */
async function awaitOther(job: Job, holder: LockHolder, options: ScheduleOptions): Promise<ScheduledState | undefined> {
  options.onEvent(skipped(job, "running-elsewhere"));
  options.onEvent({
    ...stamp(job),
    event: "warning",
    message: `process ${holder.pid} on ${holder.host} works on it; waiting${endOfLease(holder, options.store.runFolder(job.id))}`,
  });
  const folder = options.store.runFolder(job.id);
  while (lockedBy(lockFile(folder)) ?? lockedBy(submissionFile(folder))) {
    await wait(200, undefined, { signal: options.signal }).catch(() => {});
    if (options.signal.aborted) return "stopped";
  }
  const state = options.store.state(job.id);
  return state === "done" || state === "failed" ? state : undefined;
}

/** What becomes of the lock of a process of another host that is gone. */
function endOfLease({ host, lease }: LockHolder, folder: string): string {
  if (host === hostname()) return "";
  if (lease === undefined) return `. If that process is gone, delete ${lockFile(folder)}`;
  return `. If that host is gone, its lock ends ${formatSeconds(lease)} after it was last renewed`;
}

async function forward(events: AsyncGenerator<RunEvent>, onEvent: (event: RunEvent) => void): Promise<void> {
  for await (const event of events) onEvent(event);
}

function skipped(job: Job, reason: "done" | "input-failed" | "running-elsewhere"): RunEvent {
  return { ...stamp(job), event: "job-skipped", reason };
}

function stamp(job: Job): { time: string; job: string } {
  return { time: new Date().toISOString(), job: job.id };
}
