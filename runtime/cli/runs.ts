import type { Job, Plan } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";
import { UsageError } from "./exit.ts";
import { suggestion } from "./nearest.ts";

/** Jobs by id: those of a plan, and earlier ones from the store. */
export type RunTable = ReadonlyMap<string, Job>;

export function runTable(plan: Plan, store: Store): RunTable {
  const ran = store.jobs().flatMap((id) => {
    const job = store.readJob(id);
    return job ? [[id, job] as const] : [];
  });
  // the plan's names are the current ones
  return new Map([...ran, ...plan.jobs.map((job) => [job.id, job] as const)]);
}

/** Finds a run by id, by the beginning of its id, or by name. Throws `UsageError` if there is none, or more than one. */
export function findRun(runs: RunTable, requested: string): Job {
  const exact = runs.get(requested);
  if (exact) return exact;
  const all = [...runs.values()];
  const named = all.filter((job) => job.name === requested);
  const found = named.length > 0 ? named : all.filter((job) => job.id.startsWith(requested) || job.fingerprint.startsWith(requested));
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new UsageError(`${requested} is ${found.length} runs: ${found.map((job) => `${job.id} (${job.name})`).join(", ")}`);
  throw new UsageError(`there is no run ${requested}${suggestion(requested, [...all.map((job) => job.name), ...runs.keys()])}`);
}
