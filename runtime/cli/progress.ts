import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";

/** While steps come; other phases (compiling, evaluating) stand before and after them. */
export const trainingPhase = "training";

/** What is known of a running plan, from its jobs' events alone. */
export interface Progress {
  jobs: Map<string, JobProgress>;
}

export interface JobProgress {
  job: Job;
  state: "waiting" | "submitted" | "running" | "done" | "failed" | "stopped" | "skipped" | "was done";
  /** Milliseconds; while running. */
  startedAt: number;
  seconds?: number;
  phase?: string;
  /** Of the phase or of the training. */
  done?: number;
  total?: number;
  /** Training: the first step of this session and when it ended, for the speed. */
  firstStep?: { step: number; at: number };
  step?: number;
  loss?: number;
  tokensPerSecond?: number;
  message?: string;
}

/** @param finished ids of jobs that an earlier stage of the same run did */
export function beginProgress(plan: Plan, finished: ReadonlySet<string>): Progress {
  return { jobs: new Map(plan.jobs.map((job) => [job.id, { job, state: finished.has(job.id) ? "done" : "waiting", startedAt: 0 }])) };
}

/** Takes in an event; gives the job it is about, or undefined where the plan has none such. */
export function advance(progress: Progress, event: RunEvent): JobProgress | undefined {
  const known = progress.jobs.get(event.job);
  if (!known) return undefined;
  const changed = { ...known, ...changeBy(known, event) };
  progress.jobs.set(event.job, changed);
  return changed;
}

export function count(progress: Progress, ...states: JobProgress["state"][]): number {
  return [...progress.jobs.values()].filter(({ state }) => states.includes(state)).length;
}

export function running(progress: Progress): JobProgress[] {
  return [...progress.jobs.values()].filter(({ state }) => state === "running");
}

/** 0 to 1; undefined where the job does not say. */
export function shareDone(job: JobProgress): number | undefined {
  return job.done === undefined || !job.total ? undefined : Math.min(1, job.done / job.total);
}

/** Seconds until a running job ends; undefined before there is anything to go by. */
export function jobTimeLeft(job: JobProgress, now: number): number | undefined {
  // how long the evaluation after the last step takes is not known
  if (job.step !== undefined && job.phase !== trainingPhase) return undefined;
  if (job.firstStep && job.step !== undefined && job.total !== undefined && job.step > job.firstStep.step) {
    const perStep = (now - job.firstStep.at) / (job.step - job.firstStep.step);
    return (Math.max(0, job.total - job.step) * perStep) / 1000;
  }
  const share = shareDone(job);
  if (job.firstStep || share === undefined || share < 0.02) return undefined;
  return ((now - job.startedAt) * (1 - share)) / share / 1000;
}

/**
 * Seconds until the plan ends, from how fast this run's jobs of each kind were for their cost. Undefined while a kind of job
 * with real work still waits and none of it has been seen.
 */
export function timeLeft(progress: Progress, now: number, parallel: number): number | undefined {
  let seconds = 0;
  for (const job of progress.jobs.values()) {
    if (job.state === "running") {
      const left = jobTimeLeft(job, now) ?? (job.step === undefined ? guess(progress, job, now) : 0);
      if (left === undefined) return undefined;
      seconds += left;
    } else if (job.state === "waiting" || job.state === "submitted") {
      const expected = guess(progress, job, now);
      if (expected === undefined) return undefined;
      seconds += expected;
    }
  }
  return seconds / parallel;
}

function changeBy(known: JobProgress, event: RunEvent): Partial<JobProgress> {
  const at = Date.parse(event.time);
  switch (event.event) {
    case "job-submitted":
      return { state: "submitted" };
    case "job-started":
      return { state: "running", startedAt: at, ...(event.steps === undefined ? {} : { total: event.steps }) };
    case "phase":
      return {
        phase: event.phase,
        ...(event.done === undefined ? {} : { done: event.done }),
        ...(event.total === undefined ? {} : { total: event.total }),
      };
    case "step":
      return {
        phase: trainingPhase,
        step: event.step,
        done: event.step,
        loss: event.loss,
        tokensPerSecond: event.tokens_per_second,
        firstStep: known.firstStep ?? { step: event.step, at },
        ...("steps" in known.job ? { total: known.job.steps } : {}),
      };
    case "job-done":
      return { state: "done", seconds: event.seconds };
    case "job-failed":
      return { state: "failed", message: event.message };
    case "job-stopped":
      return { state: "stopped" };
    case "job-skipped":
      return event.reason === "running-elsewhere"
        ? { state: "running", startedAt: at }
        : { state: event.reason === "done" ? "was done" : "skipped" };
    default:
      return {};
  }
}

/** Kinds that take no time worth telling. */
const light: readonly Job["kind"][] = ["majority", "compare", "leaks", "tokenizer", "corpus", "encode"];

function guess(progress: Progress, job: JobProgress, now: number): number | undefined {
  if (light.includes(job.job.kind)) return 1;
  const seen = [...progress.jobs.values()].filter((other) => other.job.kind === job.job.kind && other !== job);
  const measured = seen.flatMap((other) => {
    if (other.seconds !== undefined) return [other.seconds / workOf(other.job)];
    const left = other.state === "running" ? jobTimeLeft(other, now) : undefined;
    return left === undefined ? [] : [((now - other.startedAt) / 1000 + left) / workOf(other.job)];
  });
  if (measured.length === 0) return undefined;
  return (measured.reduce((sum, rate) => sum + rate, 0) / measured.length) * workOf(job.job);
}

/** In the same unit for jobs of one kind. */
function workOf(job: Job): number {
  if (job.kind === "pretrain") return job.cost.flopsPerStep * job.steps;
  return job.kind === "finetune" ? job.cost.flopsPerStep : 1;
}
