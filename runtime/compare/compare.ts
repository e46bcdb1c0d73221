import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { JobContext } from "#runtime/jobs/context.ts";
import { readJson } from "#runtime/store/files.ts";
import { jobFile, resultFile } from "#runtime/store/store.ts";
import { type Entrant, entrantsOf, type Runs } from "./entrants.ts";
import { answerExpectation } from "./expectations.ts";
import { estimate } from "./statistics.ts";
import { valuesBySeed, verdictsOf } from "./verdicts.ts";

/** The job: reads the results of its cells' runs, writes nothing but its result. */
export async function compare(job: CompareJob, context: Pick<JobContext, "folderOf">): Promise<ComparisonResult> {
  return compareRuns(job, runsIn(context.folderOf));
}

/** Run folders as a comparison reads them. */
export function runsIn(folderOf: (id: string) => string): Runs {
  return {
    result: (id) => readJson(resultFile(folderOf(id))),
    job: (id) => readJson(jobFile(folderOf(id))),
  };
}

/** Summaries, verdicts and answers from whatever runs are done; what is missing is said in `warnings`. */
export function compareRuns(job: CompareJob, runs: Runs): ComparisonResult {
  const entrants = entrantsOf(job, runs);
  const { verdicts, warnings } = verdictsOf(job, entrants, runs);
  return {
    comparison: job.comparison,
    ...(job.question === undefined ? {} : { question: job.question }),
    matched: matchedAmounts(job, runs),
    cells: rowsOf(job, entrants),
    summary: summaryOf(job, entrants),
    verdicts,
    expectations: job.expect.map((expectation) => answerExpectation(expectation, verdicts, entrants)),
    warnings: [...missingRuns(entrants), ...seedWarnings(job), ...warnings],
    method,
  };
}

const method =
  "Scores are averaged over the fine-tuning seeds of each pre-training seed, then over the pre-training seeds. " +
  "Intervals are Student's t at 95% over the pre-training seeds: they hold the runs' noise, not the choice of test examples. " +
  "Pairs are compared by paired t-tests over the seeds they share, p corrected after Holm over all pairs of a task's metric; " +
  "a difference counts as found where p is below 0.05.";

function matchedAmounts(job: CompareJob, runs: Runs): ComparisonResult["matched"] {
  return {
    match: job.match,
    cells: job.cells.map((cell) => {
      const seconds = cell.runs.flatMap((run) => {
        const result = runs.result(run.pretrain);
        return result && "seconds" in result ? [result.seconds] : [];
      });
      return { cell: cell.cell, ...cell.matched, seconds: seconds.length === 0 ? 0 : estimate(seconds).mean };
    }),
  };
}

function rowsOf(job: CompareJob, entrants: readonly Entrant[]): ComparisonResult["cells"] {
  return entrants.flatMap((entrant) =>
    entrant.measured.flatMap((run) =>
      metricsOf(job, run.task).flatMap((metric) => {
        const value = run.values.get(metric);
        return value === undefined
          ? []
          : [{ cell: entrant.name, seed: run.seed, finetune_seed: run.finetuneSeed, task: run.task, metric, value }];
      }),
    ),
  );
}

function summaryOf(job: CompareJob, entrants: readonly Entrant[]): ComparisonResult["summary"] {
  return job.tasks.flatMap(({ task, metrics }) =>
    metrics.flatMap((metric) =>
      entrants.flatMap((entrant) => {
        const values = [...valuesBySeed(entrant, task, metric).values()];
        if (values.length === 0) return [];
        const { n, mean, standardError, low, high } = estimate(values);
        return [{ cell: entrant.name, task, metric, n, mean, standard_error: standardError, low, high, baseline: entrant.kind !== "cell" }];
      }),
    ),
  );
}

function metricsOf(job: CompareJob, task: string): readonly string[] {
  return job.tasks.find((entry) => entry.task === task)?.metrics ?? [];
}

function missingRuns(entrants: readonly Entrant[]): string[] {
  return entrants.flatMap((entrant) => {
    if (entrant.missing.length === 0) return [];
    const all = entrant.missing.length + entrant.measured.length;
    return [
      `${entrant.name}: ${entrant.measured.length} of ${all} runs have a result; missing are ${entrant.missing.map(({ job }) => job).join(", ")}`,
    ];
  });
}

function seedWarnings(job: CompareJob): string[] {
  if (job.cells.every((cell) => cell.runs.length > 1)) return [];
  return ["one pre-training seed shows no spread, so no difference can be told from noise: write seeds: 1..3 or more"];
}
