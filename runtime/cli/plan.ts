import type { Command } from "commander";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { formatBytes, formatCount, formatFlops, formatRoughly, formatSeconds } from "#runtime/contract/numbers.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { isSentinelToken } from "#runtime/contract/special-tokens.ts";
import { isTraining } from "#runtime/machine/estimate.ts";
import { finetuningSteps, trainingFlops } from "#runtime/machine/work.ts";
import type { Store } from "#runtime/runs/store.ts";
import { engineOption } from "./engine-choice.ts";
import { type PlanEstimates, planEstimates } from "./estimates.ts";
import { requireDeclared } from "./loaded.ts";
import { print, printJson, say } from "./output.ts";

interface PlanOptions {
  engine: EngineChoice;
  json?: boolean;
}

export function addPlan(program: Command): void {
  program
    .command("plan")
    .description("list the jobs, their cost, an estimate of their time on this machine, and which are done")
    .argument("<file>", "a .pretrain file")
    .argument("[name]", "a pretrain, finetune or compare declared in it; default: everything")
    .addOption(engineOption("engine that times are estimated for"))
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExamples:\n  $ pretrain plan experiment.pretrain\n  $ pretrain plan experiment.pretrain objectives --json")
    .action(async (path: string, name: string | undefined, options: PlanOptions) => {
      const { load } = await import("./load.ts");
      const loaded = await load(path, { warnings: "said" });
      if (name !== undefined) requireDeclared(loaded, name, ["pretrain", "finetune", "probe", "compare"]);
      const { plan, first } = loaded.plan(name);
      const estimates = await planEstimates(plan, loaded.store, options.engine);
      const document = { engine: estimates.engine, jobs: plan.jobs.map((job) => plannedJob(job, loaded.store, estimates)) };
      if (options.json) printJson(document);
      else printPlan(document);
      if (first) say(`steps and costs are estimates until ${first.jobs.at(-1)!.name} is done; pretrain run does it first`);
    });
}

/** A job as in `plan --json`; null if the kind of job has no such number. */
function plannedJob(job: Job, store: Store, estimates: PlanEstimates) {
  const training = isTraining(job) ? trainingOf(job) : null;
  const ofModel = job.kind === "pretrain" || job.kind === "finetune" || job.kind === "evaluate";
  const result = ofModel ? store.readResult<"pretrain" | "finetune" | "evaluate">(job) : undefined;
  const steps = (result && "steps" in result ? result.steps : training?.steps) ?? null;
  return {
    id: job.id,
    kind: job.kind,
    name: job.name,
    after: job.after,
    fingerprint: job.fingerprint,
    done: store.isDone(job.id),
    state: store.state(job.id),
    parameters: training?.cost.parameters ?? null,
    embeddings: training?.cost.embeddings ?? null,
    tokens: training && steps !== null ? Math.round(training.tokensPerStep * steps) : null,
    steps,
    steps_are: training ? (result ? "exact" : training.certainty) : null,
    flops: training?.flops ?? null,
    memory_bytes: training?.cost.memoryBytes ?? null,
    /** Time that the job took, if it is done. */
    seconds: result?.seconds ?? null,
    /** Estimated time of a job that is not done. */
    estimated_seconds: !result && isTraining(job) ? (estimates.of(job) ?? null) : null,
    ...(job.kind === "tokenizer" && "file" in job ? { adds: job.added } : {}),
  };
}

function trainingOf(job: Extract<Job, { kind: "pretrain" | "finetune" }>) {
  const { cost } = job;
  const flops = trainingFlops(job);
  if (job.kind === "pretrain") return { cost, flops, tokensPerStep: cost.tokensPerStep, steps: job.steps, certainty: "exact" as const };
  return { cost, flops, tokensPerStep: cost.tokensPerStep * job.fill, ...finetuningSteps(job) };
}

type PlannedJob = ReturnType<typeof plannedJob>;

function printPlan({ engine, jobs }: { engine: string; jobs: readonly PlannedJob[] }): void {
  const shown = <T>(value: T | null, format: (value: T) => string) => (value === null ? "" : format(value));
  const rows = jobs.map((job) => [
    job.name,
    job.kind,
    job.state,
    shown(job.parameters, formatCount),
    shown(job.embeddings, formatCount),
    stepsText(job),
    shown(job.tokens, formatCount),
    shown(job.flops, formatFlops),
    shown(job.memory_bytes, formatBytes),
    shown(job.seconds, formatSeconds) || shown(job.estimated_seconds, about),
  ]);
  print(alignedRows(["job", "kind", "state", "parameters", "embeddings", "steps", "tokens", "FLOPs", "memory", "time"], rows));
  for (const { name, adds } of jobs) if (adds?.length) print(`\n${name} adds to its file: ${additions(adds)}`);
  const left = jobs.filter((job) => !job.done);
  const flops = left.reduce((sum, job) => sum + (job.flops ?? 0), 0);
  const seconds = left.reduce((sum, job) => sum + (job.estimated_seconds ?? 0), 0);
  const time = seconds > 0 ? `, ${about(seconds)} of training on ${engine}` : "";
  print(`\n${jobs.length} jobs, ${jobs.length - left.length} done; ${formatFlops(flops)} FLOPs to do${time}`);
}

/** The tokens that a tokenizer's file lacks, as a list in a sentence. */
function additions(added: readonly string[]): string {
  const sentinels = added.filter(isSentinelToken).length;
  return [...added.filter((token) => !isSentinelToken(token)), ...(sentinels > 0 ? [`${sentinels} sentinels`] : [])].join(", ");
}

function about(seconds: number): string {
  return `about ${formatRoughly(seconds)}`;
}

function stepsText({ steps, steps_are }: PlannedJob): string {
  if (steps === null) return "";
  const shown = steps.toLocaleString("en-US");
  return steps_are === "exact" ? shown : `${steps_are} ${shown}`;
}
