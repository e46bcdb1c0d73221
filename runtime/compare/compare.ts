import { dirname } from "node:path";
import type { ComparisonResult, ContaminationResult, EncodeResult, Verdict } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import { describeMissing } from "#runtime/contract/missing-score.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { largest, smallest } from "#runtime/contract/reductions.ts";
import { fewestSeeds, tooFewSeeds } from "#runtime/contract/verdict-rules.ts";
import { readHypotheses } from "#runtime/runs/hypotheses.ts";
import { predictionsFile } from "#runtime/runs/prediction-files.ts";
import { openStore, type Store } from "#runtime/runs/store.ts";
import { type Items, itemsIn } from "#runtime/scoring/items.ts";
import { type Resampler, resampler } from "#runtime/scoring/resample.ts";
import { estimate, meanOf } from "#runtime/scoring/statistics.ts";
import { answerExpectation, whenExpected } from "./answer-expectations.ts";
import { type Arm, armsOf, earlyArms, type Runs } from "./arms.ts";
import { contaminationOf, contaminationWarnings, meanWithoutContaminated, missingWithoutContaminated } from "./contamination.ts";
import { missingScores, whyUndone } from "./find-missing-scores.ts";
import { type DoneOnTask, earlierTestReads, testFirstRead } from "./history.ts";
import { notesOf } from "./notes.ts";
import { publishedScoresFor } from "./published-scores.ts";
import { sampleOf } from "./samples.ts";
import { learningCurves } from "./score-curves.ts";
import { describeUnlearnedCells, unlearnedCells } from "./unlearned.ts";
import { verdictsOf } from "./verdicts.ts";

/** Runs a comparison job: it reads the results of its cells' runs and writes nothing but its own result. */
export async function compare(job: CompareJob, context: Pick<JobContext, "folderOf">): Promise<ComparisonResult> {
  return compareRuns(job, runsIn(openStore(dirname(dirname(context.folderOf(job.id))))));
}

/** A comparison's access to run folders. A job whose files were changed after they were written counts as not done. */
export function runsIn(store: Store): Runs {
  const items = new Map<string, Items | undefined>();
  return {
    result: (id) => store.left(id, [predictionsFile])?.result as ReturnType<Runs["result"]>,
    undone: (jobs) => whyUndone(store, jobs),
    job: store.readJob,
    encoded: (id) => store.left(id)?.result as EncodeResult | undefined,
    items(id) {
      if (!items.has(id)) items.set(id, itemsIn(store, id));
      return items.get(id);
    },
    notes: (id) => (store.left(id)?.result as { notes?: string[] } | undefined)?.notes ?? [],
    contamination: (id) => store.left(id)?.result as ContaminationResult | undefined,
    onTasks: () => onTasksIn(store),
    hypotheses: () => readHypotheses(store.root),
  };
}

function onTasksIn(store: Store): DoneOnTask[] {
  return store.jobs().flatMap((id) => {
    const left = /^(finetune|evaluate)-/.test(id) ? store.left(id) : undefined;
    if (left?.job.kind !== "finetune" && left?.job.kind !== "evaluate") return [];
    return [{ job: left.job, result: left.result as DoneOnTask["result"] }];
  });
}

/** Summaries, verdicts and answers to expectations, from the runs that are done; `warnings` report what is missing. */
export function compareRuns(job: CompareJob, runs: Runs): ComparisonResult {
  const arms = armsOf(job, runs);
  const from = resampler(runs.items);
  const contamination = contaminationOf(job, runs);
  const testRead = testFirstRead(job, runs);
  const { verdicts, unjudged } = verdictsOf(job, arms, runs, from);
  const unlearned = unlearnedCells(job, runs);
  const early = earlyArms(job, runs);
  const notes = notesOf(job, runs);
  const cells = rowsOf(job, arms);
  const missing = missingScores(job, [...arms, ...early.map(({ arm }) => arm)], runs);
  const summary = summaryOf(job, arms, runs, from, contamination, verdicts);
  return {
    comparison: job.comparison,
    ...(job.question === undefined ? {} : { question: job.question }),
    matched: matchedAmounts(job, runs),
    cells,
    missing,
    summary,
    verdicts,
    unlearned,
    expectations: job.expect.map((expectation) => ({
      ...answerExpectation(expectation, { verdicts, unjudged, unlearned }, arms),
      ...whenExpected(expectation, job.comparison, runs, testRead),
    })),
    ...(early.length > 0 ? { curves: learningCurves(job, arms, early, from) } : {}),
    ...(job.tasks.some(({ benchmark }) => benchmark) ? { references: publishedScoresFor(job) } : {}),
    contamination,
    test_first_read: testRead,
    warnings: [
      ...describeUnlearnedCells(unlearned),
      ...describeMissing({ cells, missing }),
      ...seedWarnings(job),
      ...searchWarnings(job, runs),
      ...contaminationWarnings(contamination),
      ...missingWithoutContaminated(summary, contamination),
      ...earlierTestReads(job, runs),
      ...new Set(unjudged.filter(({ unranked }) => unranked).map(({ why }) => why)),
    ],
    ...(notes.length > 0 ? { notes } : {}),
    method,
  };
}

const method =
  "Scores are averaged over the fine-tuning seeds of each pre-training seed, then over the pre-training seeds. " +
  "95% intervals are Student's t over pre-training seeds and test examples, which are resampled if a run kept its answers. " +
  "Cells that share the initial weights of each seed are compared by paired tests, all others by Welch's; both sides answer the same " +
  "examples. Tests form families in the order of their importance: declared expectations, pairs of cells on the main metric of each " +
  "task, cells with their baselines on it. A family keeps four fifths of the level that is left and divides it equally; a test that " +
  "finds a difference passes its share on to the next family (parallel gatekeeping), so that the probability of any false difference is " +
  "below 5%. The simultaneous intervals of a family have the levels of its tests. Other metrics are not tested. The difference that a " +
  "design would find is the one it detects with a power of 80%.";

function matchedAmounts(job: CompareJob, runs: Runs): ComparisonResult["matched"] {
  return {
    match: job.match,
    cells: job.cells.map((cell) => {
      const seconds = cell.runs.flatMap((run) => {
        const result = runs.result(run.pretrain);
        return result && "seconds" in result ? [result.seconds] : [];
      });
      const { searched } = cell;
      return {
        cell: cell.cell,
        ...cell.matched,
        ...(searched ? { learning_rate: searched.learningRate, search_flops: searched.flops } : {}),
        seconds: seconds.length === 0 ? 0 : meanOf(seconds),
      };
    }),
  };
}

/** Warnings about cells whose best learning rate is the largest or smallest that was tried, so that the optimum may be outside. */
function searchWarnings(job: CompareJob, runs: Runs): string[] {
  return job.cells.flatMap(({ cell, searched }) => {
    if (!searched || searched.runs.length < 2 || !searched.runs.every((run) => runs.result(run.job))) return [];
    const rates = searched.runs.map(({ learningRate }) => learningRate);
    const chosen = searched.learningRate;
    const isLargest = chosen === largest(rates);
    if (!isLargest && chosen !== smallest(rates)) return [];
    const [edge, beyond] = isLargest ? ["largest", "larger"] : ["smallest", "smaller"];
    return [
      `${cell}: the search took the learning rate ${chosen}, the ${edge} that was tried (${rates.join(", ")}). A ${beyond} rate may be better: add one to search`,
    ];
  });
}

function rowsOf(job: CompareJob, arms: readonly Arm[]): ComparisonResult["cells"] {
  return arms.flatMap((arm) =>
    arm.measured.flatMap((run) =>
      metricsOf(job, run.task).flatMap((metric) => {
        const value = run.values.get(metric);
        return value === undefined
          ? []
          : [{ cell: arm.name, seed: run.seed, finetune_seed: run.finetuneSeed, task: run.task, metric, value }];
      }),
    ),
  );
}

function summaryOf(
  job: CompareJob,
  arms: readonly Arm[],
  runs: Runs,
  from: Resampler,
  contamination: ComparisonResult["contamination"],
  verdicts: readonly Verdict[],
): ComparisonResult["summary"] {
  const isBaseline = (name: string) => arms.some((each) => each.name === name && each.kind !== "cell");
  return job.tasks.flatMap(({ task, metrics }) =>
    metrics.flatMap((metric) => {
      const estimates = arms.flatMap((arm) => {
        const sample = sampleOf(arm, task, metric, from);
        return sample.values.length === 0 ? [] : [{ arm, ...estimate(sample) }];
      });
      return estimates.map(({ arm, n, mean, standardError, low, high }) => {
        const worse = verdicts.filter((each) => each.task === task && each.metric === metric && each.verdict === "worse");
        const below = worse.filter(({ left, right }) => left === arm.name && isBaseline(right)).map(({ right }) => right);
        return {
          cell: arm.name,
          task,
          metric,
          n,
          mean,
          standard_error: standardError,
          low,
          high,
          baseline: arm.kind !== "cell",
          without_contaminated: meanWithoutContaminated(arm, task, metric, contamination, runs),
          below,
        };
      });
    }),
  );
}

function metricsOf(job: CompareJob, task: string): readonly string[] {
  return job.tasks.find((entry) => entry.task === task)?.metrics ?? [];
}

function seedWarnings(job: CompareJob): string[] {
  const why = tooFewSeeds(smallest(job.cells.map((cell) => cell.runs.length)));
  return why === undefined ? [] : [`no pair has a verdict: ${why}. Write seeds: 1..${fewestSeeds} or more`];
}
