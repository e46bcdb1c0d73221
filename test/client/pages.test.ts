import { describe, expect, test } from "vitest";
import { comparisonOfRuns } from "#client/views/picked-runs.ts";
import { pointCollector } from "#client/views/points.ts";
import { cellNames, markdownOf, scoreColumns, tableColumns } from "#client/webviews/comparison/score-columns.ts";
import { bundles } from "#client/webviews/curves/bundles.ts";
import { addPoints, emptyCourse, smooth, thin, validationLoss } from "#client/webviews/curves/series.ts";
import { event, runOf, step } from "./samples.ts";

describe("curves", () => {
  const all = { from: -Infinity, to: Infinity };

  test("a resumed run continues from its checkpoint: repeated steps appear once", () => {
    const collect = pointCollector();
    const at = (seconds: number, body: ReturnType<typeof event>) => ({ ...body, time: new Date(seconds * 1000).toISOString() });
    const started = event("a", { event: "job-started", pid: 1 });
    const first = collect([at(0, started), at(1, step("a", 1)), at(2, step("a", 2)), at(3, step("a", 3))]);
    const second = collect([at(100, started), at(101, step("a", 3, 2)), at(102, step("a", 4, 1))]);
    const course = emptyCourse();
    addPoints(course, first.points);
    addPoints(course, second.points);
    expect(course.points.step).toEqual([1, 2, 3, 4]);
    expect(course.points.loss).toEqual([4, 4, 2, 1]);
    // the pause does not count
    expect(course.points.seconds).toEqual([1, 2, 4, 5]);
  });

  test("thinning keeps the ends, the lowest and the highest", () => {
    const x = Array.from({ length: 10_000 }, (_, index) => index);
    const y = x.map((value) => (value === 5000 ? 100 : value === 7000 ? -100 : 0));
    const kept = thin(x, y, 200, all);
    expect(kept.length).toBeLessThan(210);
    expect(kept).toContainEqual([5000, 100]);
    expect(kept).toContainEqual([7000, -100]);
    expect(kept.at(-1)).toEqual([9999, 0]);
    // of a stretch that is zoomed into, all, and one more on either side
    expect(thin(x, y, 200, { from: 4990, to: 5010 }).map(([at]) => at)).toEqual(Array.from({ length: 22 }, (_, index) => 4989 + index));
  });

  test("smoothing does not pull the beginning to zero", () => {
    expect(smooth([5, 5, 5], 0.9).values.map((value) => Number(value.toFixed(9)))).toEqual([5, 5, 5]);
    expect(smooth([4, 2], 0.5).values[1]).toBeCloseTo((0.25 * 4 + 0.5 * 2) / 0.75, 12);
  });

  test("smoothing continues where it stopped", () => {
    const values = [4, 2, Number.NaN, 7, 1];
    const before = smooth(values.slice(0, 2), 0.5);
    expect(smooth(values, 0.5, before)).toEqual(smooth(values, 0.5));
    // another weight starts again
    expect(smooth(values, 0.9, smooth(values, 0.5))).toEqual(smooth(values, 0.9));
  });

  test("lines of one colour are one series", () => {
    const line = (colour: string, ...y: number[]) => ({ colour, name: colour, x: y.map((_, index) => index), y });
    const lines = [line("red", 5, 6), line("blue", 1), line("red"), line("red", 7, 8, 9)];
    const [red, blue, cursor] = bundles({ solid: lines, dashed: [line("red")] }, 100, all);
    expect([...red!.data]).toEqual([2, 0, 5, 1, 6, 3, 0, 7, 1, 8, 2, 9]);
    expect([...blue!.data]).toEqual([1, 0, 1]);
    // from corner to corner of what is drawn, with the longest line's places between
    expect(cursor!.data).toEqual([
      [0, 1],
      [0, 1],
      [1, 1],
      [2, 1],
      [2, 9],
    ]);
  });

  test("validation is drawn as a loss, whatever the metric is", () => {
    const course = emptyCourse();
    course.evaluations = [{ metric: "perplexity", split: "validation", step: 10, value: Math.exp(3) }];
    expect(validationLoss(course)).toEqual([{ step: 10, value: 3 }]);
  });
});

describe("a comparison's table", () => {
  const perplexity = (value: number) => [{ metric: "perplexity", value, split: "validation" as const, n: 1000 }];
  const runs = [
    runOf("pretrain", "pretrain-1", { name: "a", state: "done", scores: perplexity(60), seconds: 5 }),
    runOf("pretrain", "pretrain-2", { name: "b", state: "done", scores: perplexity(50), seconds: 5 }),
  ];
  Object.assign(runs[1]!.job, { optimizer: { learningRate: 2e-3 }, steps: 200 });
  const { result, columns } = comparisonOfRuns(runs);

  test("shows the scores, and of settings and costs those that differ", () => {
    const table = tableColumns(result, columns);
    expect(table.map(({ label }) => label)).toEqual([
      "steps",
      "optimizer learning_rate",
      "validation.perplexity",
      "tokens",
      "FLOPs",
      "steps",
    ]);
    expect(table[2]!.order).toEqual({ a: 60, b: 50 });
    expect(cellNames(result)).toEqual(["a", "b"]);
    expect(scoreColumns(result)).toMatchObject([{ key: "validation.perplexity", factor: 1 }]);
    // the best first: of what should be low, the lowest
    expect(table[2]!.first).toBe("ascending");
  });

  test("is copied as Markdown", () => {
    const table = markdownOf(["a|b"], [{ label: "x", text: { "a|b": "1" }, order: {}, first: "descending" }]);
    expect(table).toBe("|  | x |\n| --- | ---: |\n| a\\|b | 1 |");
  });
});
