import type { RunEvent } from "#runtime/contract/events.ts";
import { trainedBy, type Unlearned, unlearned } from "#runtime/contract/learning.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";

/** The phase in which steps are trained; other phases (compiling, evaluating) come before and after it. */
export const trainingPhase = "training";

/** The progress of a running plan, derived from the events of its jobs alone. */
export interface RunProgress {
  jobs: Map<string, JobProgress>;
}

export interface JobProgress {
  job: Job;
  state: "waiting" | "submitted" | "running" | "done" | "failed" | "stopped" | "skipped" | "was done";
  /** Time in milliseconds; set while the job is running. */
  startedAt: number;
  seconds?: number;
  phase?: string;
  /** Units done of the phase, or steps done of the training. */
  done?: number;
  total?: number;
  /** The first step of this session and the time when it ended, to compute the speed of training. */
  firstStep?: { step: number; at: number };
  step?: number;
  loss?: number;
  tokensPerSecond?: number;
  message?: string;
  /** What a pre-training had learned at each validation of this session. */
  learning?: readonly LearningPoint[];
}

/** @param finished ids of jobs that an earlier stage of the same run has done */
export function beginProgress(plan: Plan, finished: ReadonlySet<string>): RunProgress {
  return { jobs: new Map(plan.jobs.map((job) => [job.id, { job, state: finished.has(job.id) ? "done" : "waiting", startedAt: 0 }])) };
}

/** Updates the progress by an event, and returns its job; undefined if the job is not in the plan. */
export function advance(progress: RunProgress, event: RunEvent): JobProgress | undefined {
  const known = progress.jobs.get(event.job);
  if (!known) return undefined;
  const changed = { ...known, ...changeBy(known, event) };
  progress.jobs.set(event.job, changed);
  return changed;
}

/** What a pre-training has not learned; before its last validation, if `earlier`. */
export function notLearned({ job, learning = [] }: JobProgress, earlier = false): Unlearned[] {
  const points = earlier ? learning.slice(0, -1) : learning;
  return job.kind === "pretrain" && points.length > 0 ? unlearned(points, trainedBy(job)) : [];
}

export function countJobs(progress: RunProgress, ...states: JobProgress["state"][]): number {
  return [...progress.jobs.values()].filter(({ state }) => states.includes(state)).length;
}

export function running(progress: RunProgress): JobProgress[] {
  return [...progress.jobs.values()].filter(({ state }) => state === "running");
}

/** Share of a job that is done, 0 to 1; undefined if the job does not report it. */
export function shareDone(job: JobProgress): number | undefined {
  return job.done === undefined || !job.total ? undefined : Math.min(1, job.done / job.total);
}

/** Estimated seconds until a running job ends; undefined if there is no basis for an estimate yet. */
export function jobTimeLeft(job: JobProgress, now: number): number | undefined {
  // the time of the evaluation after the last step is unknown
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
 * Estimated seconds until the plan ends, from the speed of this run's jobs of each kind relative to their cost. Undefined while a kind of
 * job with substantial work is still waiting and none of that kind has run.
 */
export function timeLeft(progress: RunProgress, now: number, parallel: number): number | undefined {
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
    case "learning":
      return { learning: [...(known.learning ?? []), event] };
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

/** Kinds of job that take negligible time. */
const light: readonly Job["kind"][] = ["majority", "compare", "contamination", "tokenizer", "corpus", "encode"];

function guess(progress: RunProgress, job: JobProgress, now: number): number | undefined {
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

/** The amount of work of a job, in a unit that is the same for all jobs of its kind. */
function workOf(job: Job): number {
  if (job.kind === "pretrain") return job.cost.flopsPerStep * job.steps;
  return job.kind === "finetune" ? job.cost.flopsPerStep : 1;
}
