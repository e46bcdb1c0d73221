import { compareRuns, runsIn } from "#runtime/compare/compare.ts";
import { comparisonSummary } from "#runtime/compare/comparison-table.ts";
import type { Score } from "#runtime/contract/artifacts.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import { hasResults } from "#runtime/contract/missing-score.ts";
import { formatScored } from "#runtime/contract/numbers.ts";
import type { Job, JobOf, Plan } from "#runtime/contract/plan.ts";
import type { Store } from "#runtime/runs/store.ts";
import { nextSteps } from "./advice.ts";
import { asksFor } from "./asked-metrics.ts";
import type { Loaded } from "./loaded.ts";
import { fileArgument, print, shownPath } from "./output.ts";
import { probeResult, probeTable } from "./probe-results.ts";
import type { Told } from "./reporter.ts";

/** Prints the outcome of a run: the requested scores, and the notes that were not printed during the run. */
export function printOutcome(loaded: Loaded, name: string, plan: Plan, told: Told): void {
  const comparison = jobsOf(plan, "compare").find((job) => job.comparison === name);
  if (comparison) printComparison(loaded, comparison, told);
  else {
    for (const line of notesIn(loaded.store, plan, told)) print(line);
    if (Object.hasOwn(loaded.spec.probes, name)) print(`\n${probeTable(probeResult(loaded, name))}`);
    else printScores(loaded, plan.jobs.at(-1));
  }
}

function printScores(loaded: Loaded, last: Job | undefined): void {
  if (last?.kind !== "pretrain" && last?.kind !== "finetune" && last?.kind !== "evaluate") return;
  for (const { split, metric, n, ...score } of scoresOf(loaded, last))
    print(`${last.name}: ${split} ${metric} ${formatScored({ metric, ...score })} (n = ${n})`);
  if (loaded.store.isDone(last.id)) print(`in ${shownPath(loaded.store.runFolder(last.id))}`);
}

function printComparison(loaded: Loaded, comparison: JobOf<"compare">, { jobs }: Told): void {
  const result = compareRuns(comparison, runsIn(loaded.store));
  if (!hasResults(result)) return;
  const notes = (result.notes ?? []).filter((note) => !note.jobs.some((id) => jobs.has(id)));
  const all = `pretrain results ${fileArgument(loaded.file)} ${comparison.comparison} --all`;
  print(`\n${comparisonSummary({ ...result, notes }, all)}`);
  const advice = nextSteps(result, comparison, fileArgument(loaded.file));
  if (advice.length > 0) print(`\nTo try next:\n${advice.map((line) => `  ${line}`).join("\n")}`);
}

/** The scores to print; on a task, those of the metrics that it lists. The others are in the result. */
function scoresOf({ spec, store }: Loaded, job: JobOf<"pretrain" | "finetune" | "evaluate">): Score[] {
  if (job.kind === "pretrain") return store.readResult(job)?.scores ?? [];
  return (store.readResult(job)?.scores ?? []).filter(({ metric }) => asksFor(spec, job.taskName, metric));
}

function notesIn(store: Store, plan: Plan, { jobs }: Told): string[] {
  return plan.jobs.filter(({ id }) => !jobs.has(id)).flatMap((job) => notesOf(store, job).map((note) => `note     ${job.name}: ${note}`));
}

function notesOf(store: Store, job: Job): readonly string[] {
  const result = store.readResult(job);
  return result && !("comparison" in result) && "notes" in result ? (result.notes ?? []) : [];
}
