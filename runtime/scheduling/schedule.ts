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
import { eventsEnd, followEvents, openEvents } from "#runtime/runs/event-log.ts";
import { type LockAttempt, lockedBy, tryLock } from "#runtime/runs/lock.ts";
import { lockFile, type Store, submissionFile } from "#runtime/runs/store.ts";
import { neededJobs } from "./needed.ts";
import type { HandedJob, JobEnd, JobRunner } from "./runner.ts";

export interface ScheduleOptions extends Omit<EngineRequest, "threads"> {
  store: Store;
  runner: JobRunner;
  /** Number of threads that a job trains on. Jobs without training use all, since their results do not depend on it. */
  threadsOf(job: Job): number;
  /** Maximum number of jobs at a time, which must also fit into the free memory together. */
  parallel: number;
  /** Aborted: the jobs write a checkpoint and stop cleanly. */
  signal: AbortSignal;
  /** Aborted: the processes of the jobs are killed. */
  killSignal: AbortSignal;
  /** Called with every event of the jobs as it is written, and with the scheduler's own `job-skipped`. */
  onEvent(event: RunEvent): void;
}

export type ScheduledState = "done" | "failed" | "skipped" | "stopped";

export interface ScheduleResult {
  /** States by job id; jobs that were not needed are missing. */
  states: Map<string, ScheduledState>;
  interrupted: boolean;
}

/**
 * Runs the unfinished jobs of a plan with a runner, in topological order. If a job fails, only the jobs that depend on it are skipped. If
 * another process is running a job, the scheduler waits for it.
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
 * The order of jobs: that of the plan, so that cells are finished one after another; towards the end, jobs with the most dependent work
 * come first, so that no processor is idle while another runs the last pre-training and its fine-tunings (Graham 1969, section 4).
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

/** Whether a job may start now. A single job always may. A step time measurement runs alone, since others would slow it down. */
function fits(job: Job, running: Iterable<Job>, memory: number): boolean {
  const beside = [...running];
  if (beside.length > 0 && [job, ...beside].some(({ kind }) => kind === "measure")) return false;
  const others = beside.map(memoryOf);
  return others.length === 0 || others.reduce((sum, bytes) => sum + bytes, memoryOf(job)) <= memory;
}

/** Estimated memory of a job's process, in bytes. */
function memoryOf(job: Job): number {
  return processBytes + ("cost" in job ? job.cost.memoryBytes : 0);
}

/** Memory in bytes of Node, the engine, and the part of a corpus that is being prepared. */
const processBytes = 3e8;

/** Runs a job to its end and passes on its events. */
async function runOne(job: Job, options: ScheduleOptions): Promise<ScheduledState> {
  const folder = options.store.runFolder(job.id);
  const followed = new AbortController();
  let submission: LockAttempt | undefined;
  const onEvent = (event: RunEvent) => {
    if (event.event === "job-started") withdraw(submission);
    options.onEvent(event);
  };
  options.store.writeJob(job);
  // events that cannot be read are not shown; the job continues, and its end is reported in another way
  const following = forward(followEvents(folder, { signal: followed.signal, offset: eventsEnd(folder) }), onEvent).catch(() => {});
  try {
    while (true) {
      // of two schedulers, one submits the job and the other waits for it
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

/** Records an error of this process on behalf of a job (a full disk, a folder that cannot be written) as the failure of this job only. */
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
  // an end at the user's request is a stop; the job can resume from its checkpoint
  if (options.signal.aborted || options.killSignal.aborted) return "stopped";
  // the process may have written the result just before it ended
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

/** Records that a job's process died, which the process itself could not do. */
function recordDeath(job: Job, ended: Extract<JobEnd, { outcome: "died" }>, store: Store): void {
  const folder = store.runFolder(job.id);
  const lock = tryLock(lockFile(folder));
  // another process is already running the job again
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

/**
 * Waits for another process that is running a job. Undefined if it left the job unfinished without a failure, so that it can be run here.
 */
async function awaitOther(job: Job, holder: LockHolder, options: ScheduleOptions): Promise<ScheduledState | undefined> {
  options.onEvent(skipped(job, "running-elsewhere"));
  options.onEvent({
    ...stamp(job),
    event: "warning",
    message: `process ${holder.pid} on ${holder.host} is running it; waiting${endOfLease(holder, options.store.runFolder(job.id))}`,
  });
  const folder = options.store.runFolder(job.id);
  while (lockedBy(lockFile(folder)) ?? lockedBy(submissionFile(folder))) {
    await wait(200, undefined, { signal: options.signal }).catch(() => {});
    if (options.signal.aborted) return "stopped";
  }
  const state = options.store.state(job.id);
  return state === "done" || state === "failed" ? state : undefined;
}

/** How the lock of another host's process ends if that host is gone. */
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
