import type { Job } from "#runtime/contract/plan.ts";
import type { DoneTraining } from "./done-trainings.ts";
import type { MeasuredSpeed } from "./speeds.ts";
import { type TrainingJob, workOf } from "./work.ts";

export interface EstimateSources {
  engine: string;
  /** Trainings that were done on this machine. */
  done: readonly DoneTraining[];
  /** Where it was measured. */
  speed: MeasuredSpeed | undefined;
}

/** Says how long a training takes here, about: by those of its kind that were done, else by the speed that was measured. */
export interface Estimates {
  /** Seconds of the whole machine; undefined where nothing is known. */
  of(job: TrainingJob): number | undefined;
  /** There are jobs of which nothing can be said before the speed is measured. */
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

/** A process, an engine, its programs, and the scores at the end: what every job takes whatever its size. */
const startSeconds = 2;

function rateOf(done: readonly DoneTraining[]): number | undefined {
  const total = (of: "work" | "seconds") => done.reduce((sum, each) => sum + each[of], 0);
  return done.length === 0 ? undefined : total("work") / total("seconds");
}
