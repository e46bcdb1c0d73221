import type { Job, Plan } from "#runtime/contract/plan.ts";

/**
 * The jobs to do: those that nothing else is made from, and, going back, the inputs of every job that is not done. An input
 * whose folder was deleted is not made again for results that are there.
 */
export function neededJobs(plan: Plan, isDone: (id: string) => boolean): { needed: Job[]; done: Job[] } {
  const byId = new Map(plan.jobs.map((job) => [job.id, job]));
  const inputs = new Set(plan.jobs.flatMap((job) => job.after));
  const visited = new Set<string>();
  const visit = (job: Job) => {
    if (visited.has(job.id)) return;
    visited.add(job.id);
    if (isDone(job.id)) return;
    for (const id of job.after) visit(inputOf(byId, job, id));
  };
  for (const job of plan.jobs) if (!inputs.has(job.id)) visit(job);
  return {
    needed: plan.jobs.filter((job) => visited.has(job.id) && !isDone(job.id)),
    done: plan.jobs.filter((job) => isDone(job.id)),
  };
}

function inputOf(byId: ReadonlyMap<string, Job>, job: Job, id: string): Job {
  const found = byId.get(id);
  if (!found) throw new Error(`the plan has no job ${id}, which ${job.id} reads`);
  return found;
}
