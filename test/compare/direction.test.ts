import { expect, test } from "vitest";
import { nextSteps } from "#runtime/cli/advice.ts";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { frontierChartSvg } from "#runtime/compare/report/svg-charts.ts";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { example, languageModelExample, type RoundTrip } from "./example.ts";

/** Two cells of which `low` has the lower numbers, and a baseline with the highest of all. */
function lowAndHigh(metric: string, expect: CompareJob["expect"] = []) {
  const cells = [
    { cell: "low", accuracy: [[0.2], [0.21], [0.205], [0.22]] },
    { cell: "high", accuracy: [[0.6], [0.62], [0.61], [0.63]] },
  ];
  const scratch = { cell: "fresh", accuracy: [[0.8], [0.82], [0.83], [0.81]] };
  const { job, runs } = example(cells, { scratch, expect });
  return {
    job: { ...job, tasks: [{ task: "mood", metrics: [metric] }], baselines: job.baselines.map((each) => ({ ...each, task: "mood" })) },
    runs: {
      ...runs,
      result(id: string) {
        const found = runs.result(id);
        return found && { label: "", scores: found.scores.map((score) => ({ ...score, metric })) };
      },
    },
  };
}

const planned = (metric: string, expectations: CompareJob["expect"] = []) => {
  const { job, runs } = lowAndHigh(metric, expectations);
  const renamed = {
    ...job,
    cells: job.cells.map((cell) => ({
      ...cell,
      runs: cell.runs.map((run) => ({ ...run, finetunes: run.finetunes.map((each) => ({ ...each, task: "mood" })) })),
    })),
  };
  return { job: renamed, result: compareRuns(renamed, runs) };
};

test.each(catalogue.metrics.filter(({ better, of }) => better !== undefined && !of.includes("corpus")))(
  "$name: sentences, expectations, marks and advice agree on who is better",
  ({ name: metric, better }) => {
    const [first, last] = better === "lower" ? ["low", "high"] : ["high", "low"];
    const expectation = (left: string, operator: ">" | "<", right: string) => ({ left, operator, right, task: "mood", metric });
    const { job, result } = planned(metric, [expectation("low", ">", "high"), expectation("low", "<", "high")]);
    expect(result.verdicts.map(({ left, right, verdict }) => [left, right, verdict])).toEqual([
      ["low", "high", better === "lower" ? "better" : "worse"],
      ["low", "scratch", better === "lower" ? "better" : "worse"],
      ["high", "scratch", better === "lower" ? "better" : "worse"],
    ]);
    expect(result.expectations.map(({ answer }) => answer)).toEqual(
      better === "lower" ? ["confirmed", "refuted"] : ["refuted", "confirmed"],
    );
    expect(result.summary.map(({ below }) => below)).toEqual(better === "lower" ? [[], [], []] : [["scratch"], ["scratch"], []]);
    const table = comparisonTable(result);
    expect(table).toContain(`${first} is better than ${last} on mood.${metric}`);
    // the expectation is the user's own text
    expect(table.split("\n\nExpected")[0]).not.toMatch(/ > /);
    expect(table.includes("lower is better")).toBe(better === "lower");
    expect(nextSteps(result, job, "a.pretrain").join("\n").includes("was found better than scratch")).toBe(better !== "lower");
  },
);

test("the frontier goes down if the lower score is better", () => {
  const drawn = (metric: string) => {
    const { result } = planned(metric);
    const flops = { low: 1e12, high: 4e12 } as Record<string, number>;
    const cells = result.matched.cells.map((cell) => ({ ...cell, flops: flops[cell.cell]! }));
    return frontierChartSvg({ ...result, matched: { ...result.matched, cells } }, "mood", metric)!;
  };
  const corners = (svg: string) => /<polyline points="([^"]*)"/.exec(svg)![1]!.split(" ").length;
  expect(corners(drawn("accuracy"))).toBe(2);
  expect(corners(drawn("mse"))).toBe(1);
});

test("and joins nothing if scores are of different objectives or texts", () => {
  const drawn = (tokenizer: string) => {
    const objective = { kind: "causal" } as const;
    const lossy: RoundTrip = { documents: 9, same: 0, unknown: 0, lost: ["case"] };
    const { job, runs } = languageModelExample("bits_per_byte", [
      { cell: "cheap", values: [2, 2.1, 2.2], objective },
      { cell: "dear", values: [1, 1.1, 1.2], objective, tokenizer, roundTrip: lossy },
    ]);
    const result = compareRuns(job, runs);
    const cells = result.matched.cells.map((cell, index) => ({ ...cell, flops: 1e12 * (index + 1) }));
    return frontierChartSvg({ ...result, matched: { ...result.matched, cells } }, "speeches", "bits_per_byte")!;
  };
  expect(drawn("tokenizer-1")).toContain("<polyline");
  expect(drawn("tokenizer-2")).not.toContain("<polyline");
  expect(drawn("tokenizer-2")).toContain("dear");
});

test("a baseline's higher mean marks nothing without a verdict", () => {
  const cells = [{ cell: "mlm", accuracy: [[0.7], [0.72], [0.71]] }];
  const { job, runs } = example(cells, { scratch: { cell: "fresh", accuracy: [[0.72], [0.7], [0.72]] } });
  const result = compareRuns(job, runs);
  expect(result.summary[1]!.mean).toBeGreaterThan(result.summary[0]!.mean);
  expect(result.summary.map(({ below }) => below)).toEqual([[], []]);
  expect(comparisonTable(result)).not.toContain("worse than");
});
