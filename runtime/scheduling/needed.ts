import { isOnTask } from "#runtime/contract/job-kinds.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";

/**
 * The jobs to run: those that no other job reads and, going back from them, the inputs of every job that is not done. An input whose folder
 * was deleted is not made again if the results that need it exist. A finished pre-training runs again if a fine-tuning starts from weights
 * that it did not keep. A job also runs again if one of its files was changed after it was written; the content of a job's inputs is
 * checked before it starts.
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

/** Whether a job starts from intermediate weights of this pre-training. */
function startsFrom(job: Job, id: string): job is Job & { kind: "finetune" | "evaluate"; at: number } {
  return isOnTask(job) && job.from === id && job.at !== undefined;
}

function inputOf(byId: ReadonlyMap<string, Job>, job: Job, id: string): Job {
  const found = byId.get(id);
  if (!found) throw new Error(`the plan has no job ${id}, which ${job.id} reads`);
  return found;
}
