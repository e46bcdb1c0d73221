import type { Job } from "#runtime/contract/plan.ts";
import { isTraining } from "#runtime/machine/estimate.ts";

/** The number of trainings that can run in parallel: in total, and together with a given one, which is included. */
export interface Width {
  all: number;
  of(job: Job): number;
}

/**
 * The parallelism of a plan: the maximum number of trainings that do not depend on each other, which by Dilworth's theorem is the minimum
 * number of chains that cover all. It depends only on the plan and not on how long jobs take, and so does the number of threads of a job,
 * on which its numbers depend bit by bit. Values above `max` count as `max`.
 */
export function widthOf(jobs: readonly Job[], max: number): Width {
  const behind = jobsBehind(jobs);
  const trainings = jobs.filter(isTraining);
  const waits = (a: Job, b: Job) => behind.get(a.id)!.has(b.id) || behind.get(b.id)!.has(a.id);
  return {
    all: Math.min(max, widestOf(trainings, behind, max)),
    of: (job) =>
      1 +
      widestOf(
        trainings.filter((other) => other.id !== job.id && !waits(job, other)),
        behind,
        max - 1,
      ),
  };
}

/** For each job, all jobs that depend on it, directly or indirectly. */
function jobsBehind(jobs: readonly Job[]): Map<string, Set<string>> {
  const behind = new Map(jobs.map(({ id }) => [id, new Set<string>()]));
  // inputs come before the jobs that read them
  for (const job of jobs.toReversed())
    for (const id of job.after) {
      const own = behind.get(id);
      if (!own) continue;
      own.add(job.id);
      for (const further of behind.get(job.id)!) own.add(further);
    }
  return behind;
}

function widestOf(trainings: readonly Job[], behind: ReadonlyMap<string, ReadonlySet<string>>, max: number): number {
  const isLast = (job: Job) => !trainings.some((other) => behind.get(job.id)!.has(other.id));
  // jobs that no other depends on do not depend on each other
  const last = trainings.filter(isLast).length;
  return last >= max ? max : Math.min(max, trainings.length - longestMatching(trainings, behind));
}

/** The size of a maximum matching between trainings and trainings that depend on them (Kuhn's algorithm). */
function longestMatching(trainings: readonly Job[], behind: ReadonlyMap<string, ReadonlySet<string>>): number {
  const before = new Map<string, Job>();
  const extend = (job: Job, seen: Set<string>): boolean => {
    for (const next of trainings) {
      if (seen.has(next.id) || !behind.get(job.id)!.has(next.id)) continue;
      seen.add(next.id);
      const holder = before.get(next.id);
      if (holder && !extend(holder, seen)) continue;
      before.set(next.id, job);
      return true;
    }
    return false;
  };
  return trainings.filter((job) => extend(job, new Set())).length;
}
