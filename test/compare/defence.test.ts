import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import type { FinetuneJob } from "#runtime/contract/plan.ts";
import type { Items } from "#runtime/scoring/items.ts";
import { labelItems } from "#runtime/tasks/classification/classification-scores.ts";
import { type ExampleCell, example } from "./example.ts";

/** Answers to 40 examples, so many of them right, from one place on. */
function answers(right: number, from = 0): Items {
  return labelItems(
    Array.from({ length: 40 }, (_, i) => {
      const label = i % 2 === 0 ? "no" : "yes";
      const isRight = (i - from + 40) % 40 < right;
      return { id: `test.tsv:${i}`, label, predicted: isRight === (label === "yes") ? "yes" : "no" };
    }),
    ["no", "yes"],
  )!;
}

const mlm: ExampleCell = { cell: "mlm", accuracy: [[0.9], [0.875], [0.9]] };
const clm: ExampleCell = { cell: "clm", accuracy: [[0.8], [0.825], [0.8]] };
const items = new Map<string, Items>(
  [mlm, clm].flatMap(({ cell, accuracy }) =>
    accuracy.map(([value], seed) => [`pretrain-${cell}-${seed + 1}-1`, answers(40 * value!, cell === "mlm" ? 0 : 11)] as const),
  ),
);

test("the choice of test examples widens the interval that seeds alone give", () => {
  const width = (given: Parameters<typeof example>[1]) => {
    const { job, runs } = example([mlm, clm], given);
    const [verdict] = compareRuns(job, runs).verdicts;
    return verdict!.high! - verdict!.low!;
  };
  expect(width({ items })).toBeGreaterThan(2 * width({}));
});

test("no difference found: the detectable difference, and the number of seeds that would settle it", () => {
  const { job, runs } = example([mlm, { cell: "other", accuracy: [[0.85], [0.9], [0.86]] }]);
  const [verdict] = compareRuns(job, runs).verdicts;
  expect(verdict!.verdict).toBe("no difference found");
  expect(verdict!.detectable).toBeGreaterThan(Math.abs(verdict!.difference));
  expect(verdict!.more_seeds).toBeGreaterThan(0);
});

test("looking again costs: the same runs say less in a sequence of looks", () => {
  const { job, runs } = example([
    { cell: "mlm", accuracy: [[0.8], [0.82], [0.81], [0.83], [0.8]] },
    { cell: "clm", accuracy: [[0.79], [0.8], [0.785], [0.81], [0.792]] },
  ]);
  const once = compareRuns(job, runs).verdicts[0]!.p!;
  const looked = compareRuns({ ...job, interimAnalyses: { seeds: [3, 4, 5], max: 10 } }, runs).verdicts[0]!.p!;
  expect(looked).toBeGreaterThan(once);
});

test("all pairs, tasks and metrics are one family", () => {
  const { job, runs } = example([mlm, clm]);
  const twice = { ...job, tasks: [{ task: "sentiment", metrics: ["accuracy", "accuracy"] }] };
  expect(compareRuns(twice, runs).verdicts[0]!.p).toBeCloseTo(2 * compareRuns(job, runs).verdicts[0]!.p!, 12);
});

test("a cell that was found to be worse than a baseline is marked", () => {
  const { job, runs } = example([mlm, clm], { scratch: { cell: "fresh", accuracy: [[0.89], [0.9], [0.88], [0.9]] } });
  const marks = compareRuns(job, runs).summary.map(({ cell, below }) => [cell, below]);
  expect(marks).toEqual([
    ["mlm", []],
    ["clm", ["scratch"]],
    ["scratch", []],
  ]);
});

test("contaminated examples are reported, with the scores without them next to the others", () => {
  const { job, runs } = example([mlm, clm], { items });
  const contaminated = ["test.tsv:0", "test.tsv:1", "test.tsv:2", "test.tsv:3"];
  const checked = { ...job, contamination: [{ task: "sentiment", corpus: "speeches", job: "contamination-1" }] };
  const result = compareRuns(checked, {
    ...runs,
    contamination: () => ({ items: 40, checked: 38, contaminated, examples: [{ id: contaminated[0]!, text: "a text", words: "a" }] }),
  });
  expect(result.contamination).toMatchObject([{ task: "sentiment", corpus: "speeches", items: 40, contaminated }]);
  // the first seed answered 36 of 40 right, the four contaminated ones among them
  expect(result.summary[0]!.without_contaminated).toBeCloseTo((32 + 31 + 32) / 3 / 36, 12);
  expect(result.warnings.join()).toContain("4 of 40 test examples of sentiment occur verbatim in speeches");
});

test("an expectation says whether it was recorded before the test split was read", () => {
  const expectation = { left: "mlm", operator: ">" as const, right: "clm", task: "sentiment", metric: "accuracy" };
  const { job, runs } = example([mlm, clm], { expect: [expectation] });
  const at = (time: string) => ({
    ...runs,
    result: (id: string) => {
      const found = runs.result(id);
      return found && { ...found, steps: 1, seconds: 1, bestEpoch: 1, testReadAt: "2026-05-02T00:00:00.000Z" };
    },
    hypotheses: () => [{ time, comparison: "objectives", text: "mlm > clm on sentiment.accuracy", fingerprint: "f" }],
  });
  const answered = (time: string) => compareRuns(job, at(time)).expectations[0];
  expect(answered("2026-05-01T00:00:00.000Z")).toMatchObject({ before_test: true });
  expect(answered("2026-05-03T00:00:00.000Z")).toMatchObject({ before_test: false });
  expect(compareRuns(job, runs).expectations[0]).toMatchObject({ recorded: null, before_test: null });
  expect(compareRuns(job, at("2026-05-01T00:00:00.000Z")).test_first_read).toBe("2026-05-02T00:00:00.000Z");
});

test("an earlier version that has read the same test split is a second look, and is said", () => {
  const { job, runs } = example([mlm, clm]);
  const task = { test: "/t.tsv", files: [{ path: "/t.tsv", bytes: 1, sha256: "abc" }] } as FinetuneJob["task"];
  const finetuning = (id: string, name: string): FinetuneJob =>
    ({ id, kind: "finetune", name, task, taskName: "sentiment" }) as FinetuneJob;
  const own = job.cells[0]!.runs[0]!.finetunes[0]!.job;
  const withJobs = { ...runs, job: (id: string) => (id === own ? finetuning(own, "objectives: mlm, seed 1") : runs.job(id)) };
  const result = { steps: 1, seconds: 1, bestEpoch: 1, scores: [], testReadAt: "2026-05-02T00:00:00.000Z" };
  const earlier = (name: string) => [{ job: finetuning("finetune-old", name), result }];
  const warned = (name: string) => compareRuns(job, { ...withJobs, onTasks: () => earlier(name) }).warnings.join();
  expect(warned("objectives: mlm, seed 1, on sentiment")).toContain("was read for an earlier version of objectives, first on 2026-05-02");
  expect(warned("others: mlm, seed 1, on sentiment")).toBe("");
});
