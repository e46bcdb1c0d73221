import type { Job } from "#runtime/contract/plan.ts";
import type { DoneTraining } from "./done-trainings.ts";
import type { MeasuredSpeed } from "./speeds.ts";
import { type TrainingJob, workOf } from "./work.ts";

export interface EstimateSources {
  engine: string;
  /** Trainings that were run on this machine. */
  done: readonly DoneTraining[];
  /** The measured speed of the machine, if there is one. */
  speed: MeasuredSpeed | undefined;
}

/** Estimates of training times on this machine, from finished trainings of the same kind or else from the measured speed. */
export interface Estimates {
  /** Estimated seconds on the whole machine; undefined if there is no basis for an estimate. */
  of(job: TrainingJob): number | undefined;
  /** Whether the estimates of some jobs need a measured speed. */
  needSpeed(jobs: readonly TrainingJob[]): boolean;
}

export function estimates({ engine, done, speed }: EstimateSources): Estimates {
  const rates = new Map(kinds.map((kind) => [kind, rateOf(done.filter((each) => each.kind === kind && each.engine === engine))]));
  const rate = (job: TrainingJob) => rates.get(job.kind) ?? speed?.workPerSecond;
  return {
    of(job) {
      const work = workOf(job);
      const perSecond = rate(job);
      return perSecond === undefined || work === 0 ? undefined : startSeconds + work / perSecond;
    },
    needSpeed: (jobs) => jobs.some((job) => rate(job) === undefined && workOf(job) > 0),
  };
}

export function isTraining(job: Job): job is TrainingJob {
  return job.kind === "pretrain" || job.kind === "finetune";
}

const kinds = ["pretrain", "finetune"] as const;

/** Seconds that every job needs whatever its size: to start a process and an engine, compile programs, and score at the end. */
const startSeconds = 2;

function rateOf(done: readonly DoneTraining[]): number | undefined {
  const total = (of: "work" | "seconds") => done.reduce((sum, each) => sum + each[of], 0);
  return done.length === 0 ? undefined : total("work") / total("seconds");
}
