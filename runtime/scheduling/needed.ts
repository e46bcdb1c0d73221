import type { Job, Plan } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";

/**
 * The jobs to do: those that nothing else is made from, and, going back, the inputs of every job that is not done. An input
 * whose folder was deleted is not made again for results that are there. A pre-training that is done is done again where a
 * fine-tuning starts from weights of its that were not kept; so is one that left something that is no longer as it was, whoever
 * reads it, and the content of what a job is made from is looked at before it is.
 */
export function neededJobs(plan: Plan, store: Pick<Store, "isDone" | "isWhole" | "damage" | "keeps">): { needed: Job[]; done: Job[] } {
  const byId = new Map(plan.jobs.map((job) => [job.id, job]));
  const inputs = new Set(plan.jobs.flatMap((job) => job.after));
  const visited = new Set<string>();
  const again = new Set<string>();
  const damaged = plan.jobs.filter(({ id }) => store.damage(id) !== undefined);
  for (const { id } of damaged) again.add(id);
  const isDone = ({ id }: Job) => store.isDone(id) && !again.has(id);
  const visit = (job: Job) => {
    if (visited.has(job.id)) return;
    visited.add(job.id);
    if (isDone(job)) return;
    for (const id of job.after) {
      const input = inputOf(byId, job, id);
      if (isDone(input) && (!store.isWhole(id) || (startsFrom(job, id) && !store.keeps(id, job.at)))) {
        again.add(id);
        visited.delete(id);
      }
      visit(input);
    }
  };
  for (const job of plan.jobs) if (!inputs.has(job.id) || damaged.includes(job)) visit(job);
  return {
    needed: plan.jobs.filter((job) => visited.has(job.id) && !isDone(job)),
    done: plan.jobs.filter(isDone),
  };
}

/** Whether it reads weights of before the end of this pre-training. */
function startsFrom(job: Job, id: string): job is Job & { kind: "finetune" | "evaluate"; at: number } {
  return (job.kind === "finetune" || job.kind === "evaluate") && job.from === id && job.at !== undefined;
}

function inputOf(byId: ReadonlyMap<string, Job>, job: Job, id: string): Job {
  const found = byId.get(id);
  if (!found) throw new Error(`the plan has no job ${id}, which ${job.id} reads`);
  return found;
}
