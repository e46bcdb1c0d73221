import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import { example } from "./example.ts";

/** A comparison whose second cell's learning rate was searched for among three. */
function searched(learningRate: number, done = 3) {
  const rates = [1e-4, 1e-3, 3e-3];
  const { job, runs } = example([
    { cell: "causal", accuracy: [[0.7], [0.71], [0.72]] },
    { cell: "masked", accuracy: [[0.6], [0.61], [0.62]] },
  ]);
  const tried = rates.map((each, i) => ({ learningRate: each, job: `tried-${i}` }));
  job.cells = job.cells.map((cell) => (cell.cell === "masked" ? { ...cell, searched: { learningRate, flops: 3e12, runs: tried } } : cell));
  const result = (id: string) => (tried.slice(0, done).some((each) => each.job === id) ? { label: "", scores: [] } : runs.result(id));
  return compareRuns(job, { ...runs, result });
}

const atEdge = (result: ReturnType<typeof searched>) => result.warnings.filter((warning) => warning.includes("search"));

test("the table has a search's choice and its cost", () => {
  const lines = comparisonTable(searched(1e-3)).split("\n");
  const [head, causal, masked] = lines.slice(lines.findIndex((line) => line.includes("FLOPs of the search")));
  expect(head).toMatch(/learning rate +FLOPs of the search$/);
  expect(causal).toMatch(/– +0$/);
  expect(masked).toMatch(/0\.001 +3\.00e12$/);
});

test("a rate at the edge of those that were tried is warned of", () => {
  expect(atEdge(searched(1e-3))).toEqual([]);
  expect(atEdge(searched(3e-3))).toEqual([
    "masked: the search took the learning rate 0.003, the largest that was tried (0.0001, 0.001, 0.003). A larger rate may be better: add one to search",
  ]);
  expect(atEdge(searched(1e-4))[0]).toContain("the smallest that was tried");
  // not before all are tried
  expect(atEdge(searched(3e-3, 2))).toEqual([]);
});
