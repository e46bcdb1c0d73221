import type { Job, JobOf, Plan } from "./plan.ts";

/** Jobs of a kind, in the order of the plan. */
export function jobsOf<K extends Job["kind"]>(plan: Plan, kind: K): JobOf<K>[] {
  return plan.jobs.filter((job): job is JobOf<K> => job.kind === kind);
}
