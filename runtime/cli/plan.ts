import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/table.ts";
import { formatBytes, formatCount, formatFlops, formatSeconds } from "#runtime/contract/numbers.ts";
import type { Job, Plan } from "#runtime/contract/plan.ts";
import { isSentinelToken } from "#runtime/contract/special-tokens.ts";
import type { Store } from "#runtime/store/store.ts";
import { requireDeclared } from "./loaded.ts";
import { print, printJson, say } from "./output.ts";

export function addPlan(program: Command): void {
  program
    .command("plan")
    .description("the jobs, what each costs, and which are done")
    .argument("<file>", "a .pretrain file")
    .argument("[name]", "a pretrain, finetune or compare declared in it; left out: everything")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain plan experiment.pretrain\n  $ pretrain plan experiment.pretrain objectives --json")
    .action(async (path: string, name: string | undefined, options: { json?: boolean }) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path);
      if (name !== undefined) requireDeclared(loaded, name, ["pretrain", "finetune", "probe", "compare"]);
      const { plan, first } = loaded.plan(name);
      const jobs = plan.jobs.map((job) => plannedJob(job, loaded.store));
      if (options.json) printJson({ jobs });
      else printPlan(jobs, estimatedSeconds(plan, loaded.store));
      if (first) say(`steps and costs are estimates until ${first.jobs.at(-1)!.name} is done: pretrain run does that first`);
    });
}

/** A job as `plan --json` shows it; null where a kind has no such number. */
function plannedJob(job: Job, store: Store) {
  const cost = job.kind === "pretrain" || job.kind === "finetune" ? job.cost : null;
  const steps = job.kind === "pretrain" ? job.steps : null;
  return {
    id: job.id,
    kind: job.kind,
    name: job.name,
    after: job.after,
    fingerprint: job.fingerprint,
    done: store.isDone(job.id),
    state: store.state(job.id),
    parameters: cost?.parameters ?? null,
    embeddings: cost?.embeddings ?? null,
    tokens: cost && steps !== null ? cost.tokensPerStep * steps : null,
    steps,
    flops: cost && steps !== null ? cost.flopsPerStep * steps : null,
    memory_bytes: cost?.memoryBytes ?? null,
    ...(job.kind === "tokenizer" && "file" in job ? { adds: job.added } : {}),
  };
}

function printPlan(jobs: readonly ReturnType<typeof plannedJob>[], seconds: ReadonlyMap<string, number>): void {
  const shown = (value: number | null | undefined, format: (value: number) => string) =>
    value === null || value === undefined ? "" : format(value);
  const rows = jobs.map((job) => [
    job.name,
    job.kind,
    job.state,
    shown(job.parameters, formatCount),
    shown(job.embeddings, formatCount),
    shown(job.steps, (steps) => steps.toLocaleString("en-US")),
    shown(job.tokens, formatCount),
    shown(job.flops, formatFlops),
    shown(job.memory_bytes, formatBytes),
    shown(seconds.get(job.id), formatSeconds),
  ]);
  print(alignedRows(["job", "kind", "state", "parameters", "embeddings", "steps", "tokens", "FLOPs", "memory", "time"], rows));
  for (const { name, adds } of jobs) if (adds?.length) print(`\n${name} adds to its file: ${additions(adds)}`);
  const done = jobs.filter((job) => job.done).length;
  const left = jobs.filter((job) => !job.done).reduce((sum, job) => sum + (job.flops ?? 0), 0);
  print(`\n${jobs.length} jobs, ${done} done; ${formatFlops(left)} FLOPs of pre-training to do`);
}

/** Tokens that a tokenizer's file has not, in words. */
function additions(added: readonly string[]): string {
  const sentinels = added.filter(isSentinelToken).length;
  return [...added.filter((token) => !isSentinelToken(token)), ...(sentinels > 0 ? [`${sentinels} sentinels`] : [])].join(", ");
}

/** What done jobs took; for pre-trainings to do, an estimate from the speed of those that ran here. */
function estimatedSeconds(plan: Plan, store: Store): Map<string, number> {
  const times = new Map<string, number>();
  const measured = { flops: 0, seconds: 0 };
  for (const id of store.jobs()) {
    const job = store.readJob(id);
    if (job?.kind !== "pretrain") continue;
    const result = store.readResult(job);
    measured.flops += result?.flops ?? 0;
    measured.seconds += result?.seconds ?? 0;
  }
  for (const job of plan.jobs) {
    const result = job.kind === "pretrain" ? store.readResult(job) : job.kind === "finetune" ? store.readResult(job) : undefined;
    if (result) times.set(job.id, result.seconds);
    else if (job.kind === "pretrain" && measured.flops > 0) {
      times.set(job.id, (job.cost.flopsPerStep * job.steps * measured.seconds) / measured.flops);
    }
  }
  return times;
}
