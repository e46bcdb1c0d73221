import type { Job } from "#runtime/contract/plan.ts";
import { isTraining } from "#runtime/machine/estimate.ts";

/** How many trainings can be under way at a time: of all, and beside one of them, itself included. */
export interface Width {
  all: number;
  of(job: Job): number;
}

/**
 * What a plan lets run side by side: the most trainings of which none waits for another, by Dilworth's theorem as many as the fewest
 * chains that hold all. It follows from the plan alone and not from how long anything takes, so that the threads of a job, on which
 * its bits depend, do too. More than `most` are not told apart.
 */
export function widthOf(jobs: readonly Job[], most: number): Width {
  const behind = jobsBehind(jobs);
  const trainings = jobs.filter(isTraining);
  const waits = (a: Job, b: Job) => behind.get(a.id)!.has(b.id) || behind.get(b.id)!.has(a.id);
  return {
    all: Math.min(most, widestOf(trainings, behind, most)),
    of: (job) =>
      1 +
      widestOf(
        trainings.filter((other) => other.id !== job.id && !waits(job, other)),
        behind,
        most - 1,
      ),
  };
}

/** By job: all that wait for it, also over others. */
function jobsBehind(jobs: readonly Job[]): Map<string, Set<string>> {
  const behind = new Map(jobs.map(({ id }) => [id, new Set<string>()]));
  // inputs stand before what reads them
  for (const job of jobs.toReversed())
    for (const id of job.after) {
      const own = behind.get(id);
      if (!own) continue;
      own.add(job.id);
      for (const further of behind.get(job.id)!) own.add(further);
    }
  return behind;
}

function widestOf(trainings: readonly Job[], behind: ReadonlyMap<string, ReadonlySet<string>>, most: number): number {
  const isLast = (job: Job) => !trainings.some((other) => behind.get(job.id)!.has(other.id));
  // those that nothing waits for do not wait for each other
  const last = trainings.filter(isLast).length;
  return last >= most ? most : Math.min(most, trainings.length - longestMatching(trainings, behind));
}

/** How often a training can be followed by one that waits for it, each once on either side (Kuhn's algorithm). */
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
