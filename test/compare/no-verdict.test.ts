import { describe, expect, test } from "vitest";
import { headline } from "#client/status/status.ts";
import { nextSteps } from "#runtime/cli/advice.ts";
import { isSettled } from "#runtime/cli/until-settled.ts";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { htmlReport } from "#runtime/compare/report/html.ts";
import { latexReport } from "#runtime/compare/report/latex.ts";
import { markdownReport } from "#runtime/compare/report/markdown.ts";
import { estimate, tested } from "#runtime/scoring/statistics.ts";
import { example } from "./example.ts";
import { documentOf } from "./report-input.ts";

const why = "two seeds say too little about the spread; a verdict needs a third seed";

/** Two cells of two seeds each, however far apart, and scratch. */
function ofTwoSeeds(clm: [number, number]) {
  const { job, runs } = example(
    [
      { cell: "mlm", accuracy: [[0.8], [0.82]] },
      { cell: "clm", accuracy: clm.map((value) => [value]) },
    ],
    {
      scratch: { cell: "fresh", accuracy: [[0.6], [0.61]] },
      expect: [{ left: "mlm", operator: ">", right: "clm", task: "sentiment", metric: "accuracy" }],
    },
  );
  return { job, result: compareRuns(job, runs) };
}

describe.each<[string, [number, number]]>([
  ["far apart", [0.1, 0.11]],
  ["apart by the same in both", [0.7, 0.72]],
  ["alike", [0.8, 0.82]],
])("two seeds give no verdict of cells that are %s", (_, clm) => {
  const { job, result } = ofTwoSeeds(clm);

  test("in the result, and expectations stay undecided", () => {
    expect(result.verdicts.map(({ verdict, p, why: said }) => [verdict, p, said])).toEqual(
      result.verdicts.map(() => ["no verdict", null, why]),
    );
    expect(result.verdicts).toHaveLength(3);
    expect(result.expectations).toMatchObject([{ answer: "undecided" }]);
    expect(result.expectations[0]!.reason).toContain("no verdict between mlm and clm");
    expect(isSettled(result)).toBe(false);
  });

  test.each<[string, (text: typeof result) => string]>([
    ["terminal", comparisonTable],
    ["JSON", (each) => JSON.stringify(each)],
    ["HTML", (each) => htmlReport(documentOf(each))],
    ["Markdown", (each) => markdownReport(documentOf(each))],
    ["LaTeX", (each) => latexReport(documentOf(each))],
    ["lens", headline],
  ])("in the words of: %s", (_name, outputOf) => {
    const text = outputOf(result);
    expect(text).toContain("no verdict");
    expect(text).toContain(why);
    expect(text).not.toContain("no difference found");
    expect(text).not.toContain("better than");
  });

  test("the advice is more seeds, and none that rests on a finding", () => {
    const advice = nextSteps(result, job, "a.pretrain");
    expect(advice[0]).toBe("seeds: 1..5: with 2 seeds none of the 3 pairs has a verdict; finished jobs are not rerun");
    expect(advice.join()).not.toContain("found better than scratch");
  });
});

test("a pair is judged by the seeds that both sides have", () => {
  const { job, runs } = example([
    { cell: "mlm", accuracy: [[0.8], [0.82], [null]] },
    { cell: "clm", accuracy: [[0.1], [0.11], [0.12]] },
  ]);
  expect(compareRuns(job, runs).verdicts).toMatchObject([{ n: 2, verdict: "no verdict", why }]);
});

test("seeds that are alike are no test either while they are two", () => {
  expect(tested(estimate({ values: [0, 0] })).p).toBeNull();
  expect(tested(estimate({ values: [0, 0, 0] })).p).toBe(1);
});
