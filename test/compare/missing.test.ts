import { describe, expect, test } from "vitest";
import { headline } from "#client/status/status.ts";
import { comparisonOfRuns } from "#client/views/picked-runs.ts";
import { markdownOf, scoreColumns, tableColumns } from "#client/webviews/comparison/score-columns.ts";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { htmlReport } from "#runtime/compare/report/html.ts";
import { latexReport } from "#runtime/compare/report/latex.ts";
import { markdownReport } from "#runtime/compare/report/markdown.ts";
import type { ComparisonResult, Score } from "#runtime/contract/artifacts.ts";
import { describeMissing, hasResults } from "#runtime/contract/missing-score.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { type Random, random } from "#runtime/random/random.ts";
import { example } from "./example.ts";
import { documentOf } from "./report-input.ts";

const metrics = ["accuracy", "matthews", "f1"];
const reasons = ["all correct labels are no", "it is not a finite number", "all answers are the same"];

/** A comparison of which scores are missing at random: undefined, never computed, or of runs that failed. */
function withGaps(from: Random): { job: CompareJob; result: ComparisonResult } {
  const cells = ["mlm", "clm", "t5"].map((cell) => ({
    cell,
    accuracy: [1, 2, 3].map(() => [1, 2].map(() => (from.below(6) === 0 ? null : 0.5 + from.below(100) / 250))),
  }));
  const { job, runs } = example(cells, {
    majority: 0.5,
    scratch: {
      cell: "fresh",
      accuracy: [
        [0.4, 0.45],
        [0.5, 0.4],
        [null, 0.44],
      ],
    },
  });
  const known = new Map<string, Score[]>();
  const scoresOf = (id: string): Score[] =>
    metrics.flatMap((metric): Score[] => {
      const drawn = from.below(8);
      if (drawn === 0) return [{ metric, value: null, undefined: reasons[from.below(reasons.length)]!, split: "test", n: 100 }];
      if (drawn === 1) return [{ metric, value: Number.NaN, split: "test", n: 100 }];
      return drawn === 2 || runs.result(id) === undefined ? [] : [{ metric, value: from.below(1000) / 1000, split: "test", n: 100 }];
    });
  const result = compareRuns(
    { ...job, tasks: [{ task: "sentiment", metrics }] },
    {
      ...runs,
      result(id) {
        if (!runs.result(id)) return undefined;
        if (!known.has(id)) known.set(id, scoresOf(id));
        return { label: "", scores: known.get(id)! };
      },
    },
  );
  return { job, result };
}

const outputs: [string, (result: ComparisonResult) => string][] = [
  ["terminal", comparisonTable],
  ["HTML", (result) => htmlReport(documentOf(result))],
  ["Markdown", (result) => markdownReport(documentOf(result))],
  ["LaTeX", (result) => latexReport(documentOf(result)).replaceAll("\\allowbreak{}", "")],
  ["JSON", (result) => result.warnings.join("\n")],
  ["lens", (result) => headline(result).replaceAll(" · ", "\n")],
];

describe.each(Array.from({ length: 12 }, (_, seed) => seed))("scores that are missing at random, %i", (seed) => {
  const { job, result } = withGaps(random("gaps", seed));

  test("every score is there or missing, and never both", () => {
    const key = (each: Pick<ComparisonResult["missing"][number], "cell" | "seed" | "finetune_seed" | "metric">) =>
      `${each.cell} ${each.seed}/${each.finetune_seed} ${each.metric}`;
    const planned = [...job.cells.map(({ cell }) => cell), "scratch"].flatMap((cell) =>
      [1, 2, 3].flatMap((run) => [1, 2].flatMap((finetuned) => metrics.map((metric) => `${cell} ${run}/${finetuned} ${metric}`))),
    );
    const all = [...planned, ...metrics.map((metric) => `majority 0/0 ${metric}`)];
    expect([...result.cells, ...result.missing].map(key).sort()).toEqual(all.sort());
    for (const { value } of result.cells) expect(Number.isFinite(value)).toBe(true);
  });

  test.each(outputs)("each is named with its reason: %s", (_, outputOf) => {
    const lines = outputOf(result).split("\n");
    for (const { cell, seed: run, finetune_seed, metric, reason } of result.missing) {
      const seeds = run === 0 ? "" : String.raw` \(seeds? [0-9/, ]*\b${run}/${finetune_seed}\b[0-9/, ]*\)`;
      const named = new RegExp(`\\bno [^:]*\\.${metric}\\b[^:]* of [^:]*\\b${cell}${seeds}[^:]*: ${reason}`);
      expect(
        lines.some((line) => named.test(line)),
        `${cell} ${run}/${finetune_seed} ${metric}: ${reason}`,
      ).toBe(true);
    }
  });

  test("a table of the page says why in the place of the score, and so does its Markdown", () => {
    const columns = tableColumns(result, []);
    const markdown = markdownOf(["mlm", "clm", "t5", "scratch", "majority"], columns);
    for (const { cell, metric, reason } of result.missing) {
      const scored = result.summary.some((each) => each.cell === cell && each.metric === metric);
      const shown = columns.find(({ label }) => label === `sentiment.${metric}`)!.text[cell]!;
      if (scored) continue;
      expect(shown).toContain(reason);
      expect(markdown).toContain(shown);
    }
    for (const { metric, missing } of scoreColumns(result))
      expect(missing).toHaveLength(result.missing.filter((each) => each.metric === metric).length);
  });
});

test("finished jobs without any score are reported, and not as never run", () => {
  const { job, runs } = example([{ cell: "mlm", accuracy: [[0.1], [0.2], [0.3]] }]);
  const undefinedEverywhere = compareRuns({ ...job, tasks: [{ task: "sentiment", metrics: ["roc_auc"] }] }, runs);
  expect(undefinedEverywhere.summary).toEqual([]);
  expect(hasResults(undefinedEverywhere)).toBe(true);
  expect(comparisonTable(undefinedEverywhere)).toContain("no sentiment.roc_auc of mlm (seeds 1..3): its run has no such score");
  expect(headline(undefinedEverywhere)).toBe("no sentiment.roc_auc of mlm (seeds 1..3): its run has no such score");
  const [column] = tableColumns(undefinedEverywhere, []);
  expect(column).toMatchObject({ label: "sentiment.roc_auc", text: { mlm: "none: its run has no such score" } });
  const never = compareRuns(job, { ...runs, result: () => undefined, undone: () => "it was not run yet" });
  expect(hasResults(never)).toBe(false);
});

test("an expectation that has no verdict says which side lacks the score", () => {
  const expect_ = [{ left: "mlm", operator: ">", right: "clm", task: "sentiment", metric: "accuracy" }] as const;
  const failed = { cell: "clm", accuracy: [[null], [null], [null]] };
  const { job, runs } = example([{ cell: "mlm", accuracy: [[0.8], [0.82], [0.81]] }, failed], { expect: [...expect_] });
  expect(compareRuns(job, runs).expectations[0]).toMatchObject({
    answer: "undecided",
    reason: "there is no verdict between mlm and clm on sentiment.accuracy: clm has no such score",
  });
});

test("of runs that were picked by hand too", () => {
  const run = {
    id: "finetune-1",
    name: "told",
    kind: "finetune",
    state: "done",
    warnings: [],
    job: { kind: "finetune", taskName: "mood" },
  };
  const scores = [{ metric: "roc_auc", value: null, undefined: "all correct labels are no", split: "test", n: 9 }];
  const { result } = comparisonOfRuns([{ ...run, scores }] as unknown as Parameters<typeof comparisonOfRuns>[0]);
  expect(result.warnings).toEqual(["no mood.roc_auc of told: all correct labels are no"]);
});

test("scores of one reason are one sentence", () => {
  const at = (cell: string, seed: number, metric: string) => ({ cell, seed, finetune_seed: 1, task: "mood", metric, done: true });
  const missing = ["f1", "roc_auc"].flatMap((metric) => [1, 2, 4].map((seed) => ({ ...at("mlm", seed, metric), reason: "one class" })));
  expect(describeMissing({ cells: [], missing: [...missing, { ...at("clm", 1, "f1"), reason: "it failed" }] })).toEqual([
    "no mood.f1, mood.roc_auc of mlm (seeds 1..2, 4): one class",
    "no mood.f1 of clm (seed 1): it failed",
  ]);
});
