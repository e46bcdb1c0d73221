import { join } from "node:path";
import { load } from "#runtime/cli/load.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job, JobKind, JobOf, Plan } from "#runtime/contract/plan.ts";
import { runJob } from "#runtime/handlers/run-job.ts";
import type { Results, Store } from "#runtime/runs/store.ts";
import { neededJobs } from "#runtime/scheduling/needed.ts";

export interface Ran {
  store: Store;
  jobs: readonly Job[];
  events: readonly RunEvent[];
  /** The result of the job with this name. */
  result<K extends JobKind>(kind: K, name: string): Results[K];
  folder(name: string): string;
}

/** Runs a declaration of `a.pretrain` in this process, which is quicker than a process for each job. Throws where a job fails. */
export async function runHere(folder: string, name: string): Promise<Ran> {
  const loaded = await load(join(folder, "a.pretrain"));
  const events: RunEvent[] = [];
  const run = async (plan: Plan) => {
    for (const job of neededJobs(plan, loaded.store).needed) {
      const outcome = await runJob(job, {
        store: loaded.store,
        engine: "onnx",
        threads: 2,
        signal: new AbortController().signal,
        version: "0",
        onEvent: (event) => events.push(event),
      });
      if (outcome.outcome !== "done") throw new Error(`${job.name}: ${"message" in outcome ? outcome.message : outcome.outcome}`);
    }
  };
  const { first } = loaded.plan(name);
  if (first) await run(first);
  const { plan } = loaded.plan(name);
  const { jobs } = plan;
  await run(plan);
  const named = (requested: string) => {
    const found = jobs.find((job) => job.name === requested);
    if (!found) throw new Error(`no job ${requested} among ${jobs.map((job) => job.name).join(", ")}`);
    return found;
  };
  return {
    store: loaded.store,
    jobs,
    events,
    result: <K extends JobKind>(_: K, requested: string) => loaded.store.readResult(named(requested) as JobOf<K>) as Results[K],
    folder: (requested) => loaded.store.runFolder(named(requested).id),
  };
}
