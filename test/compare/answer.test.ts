import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonSummary } from "#runtime/compare/comparison-table.ts";
import { answersOf, lettersFor } from "#runtime/contract/answer.ts";
import { pairMatrix } from "#runtime/contract/pair-matrix.ts";
import { isFound } from "#runtime/contract/verdict-rules.ts";
import { random } from "#runtime/random/random.ts";
import { type ExampleCell, example } from "./example.ts";

/** A cell whose four seeds spread around a mean, each cell in its own way. */
const around = (cell: string, mean: number, spread = 0.004): ExampleCell => {
  const from = random("answer", cell);
  const steps = Array.from({ length: 4 }, () => from.normal());
  const middle = (steps[0]! + steps[1]! + steps[2]! + steps[3]!) / 4;
  return { cell, accuracy: steps.map((step) => [mean + (step - middle) * spread]) };
};

const compared = (cells: ExampleCell[], options: Parameters<typeof example>[1] = {}) => {
  const { job, runs } = example(cells, options);
  return compareRuns(job, runs);
};

test("tiers: the best, those after it, and how they compare with scratch", () => {
  const cells = [around("t5", 0.54), { ...around("clm", 0.78), architecture: "decoder" as const }, around("mlm", 0.779, 0.009)];
  const result = compared(cells, { scratch: around("fresh", 0.7), majority: 0.5 });
  expect(answersOf(result)).toEqual([
    {
      task: "sentiment",
      metric: "accuracy",
      sentence:
        "clm (78.00) and mlm (77.90) are best on sentiment, with no difference found between the two; t5 (54.00) is last; " +
        "clm and mlm are better than scratch; t5 is worse than scratch.",
      short: "clm (78.00) and mlm (77.90) are best on sentiment, with no difference found between the two",
    },
  ]);
  expect([...lettersFor(result, "sentiment", "accuracy")]).toEqual([
    ["clm", "a"],
    ["mlm", "a"],
    ["scratch", "b"],
    ["t5", "c"],
  ]);
});

test("a cell that did not learn has no place, and the sentence says so", () => {
  const result = compared([around("t5", 0.54), around("clm", 0.78), around("mlm", 0.6)]);
  const unlearned = [{ cell: "t5", whole: true }] as unknown as NonNullable<typeof result.unlearned>;
  expect(answersOf({ ...result, unlearned })[0]!.sentence).toBe("clm (78.00) is better than mlm (60.00) on sentiment; t5 did not learn.");
});

test("nothing found is said as such", () => {
  const noisy = [around("clm", 0.7, 0.1), around("mlm", 0.72, 0.2), around("t5", 0.71, 0.05)];
  expect(answersOf(compared(noisy))[0]!.sentence).toBe("No difference found between mlm (72.0), t5 (71.0) and clm (70.0) on sentiment.");
});

test("two seeds give no verdict, and the sentence says why", () => {
  const two = [around("clm", 0.7), around("mlm", 0.8)].map((cell) => ({ ...cell, accuracy: cell.accuracy.slice(0, 2) }));
  expect(answersOf(compared(two))[0]!.sentence).toBe(
    "No verdict on sentiment: two seeds say too little about the spread; a verdict needs a third seed.",
  );
  expect(lettersFor(compared(two), "sentiment", "accuracy").size).toBe(0);
});

test("no verdict contradicts its interval, whatever the data", () => {
  for (let round = 0; round < 40; round++) {
    const cells = ["a", "b", "c", "d"].map((name, index) => around(name, 0.7 + 0.002 * round * index, 0.01 + 0.01 * ((round + index) % 3)));
    const { verdicts } = compared(cells, {
      scratch: around("fresh", 0.68, 0.02),
      expect: [{ left: "a", operator: "<", right: "d", task: "sentiment", metric: "accuracy" }],
    });
    for (const verdict of verdicts) {
      expect(isFound(verdict)).toBe(verdict.low! > 0 || verdict.high! < 0);
      expect(isFound(verdict)).toBe(verdict.p! < 0.05);
    }
  }
});

test("intervals stay within the range of differences of the metric", () => {
  const { verdicts } = compared([around("a", 0.99, 0.3), around("b", 0.02, 0.3), around("c", 0.5, 0.3)]);
  for (const { low, high, low_95, high_95 } of verdicts) {
    for (const end of [low!, high!, low_95!, high_95!]) expect(Math.abs(end)).toBeLessThanOrEqual(1);
  }
});

test("metrics after the first are shown without tests, unless an expectation names them", () => {
  const { job, runs } = example([around("mlm", 0.8), around("clm", 0.7)]);
  const both = { ...job, tasks: [{ task: "sentiment", metrics: ["f1_macro", "accuracy"] }] };
  const with_ = (of: typeof job) =>
    compareRuns(of, {
      ...runs,
      result: (id) => {
        const found = runs.result(id);
        return found && { label: "", scores: found.scores.flatMap((each) => [each, { ...each, metric: "f1_macro" }]) };
      },
    }).verdicts.map(({ metric, family, verdict, p }) => [metric, family, verdict, p === null]);
  expect(with_(both)).toEqual([
    ["f1_macro", "cells", "better", false],
    ["accuracy", undefined, "not tested", true],
  ]);
  const expected = { left: "mlm", operator: ">" as const, right: "clm", task: "sentiment", metric: "accuracy" };
  expect(with_({ ...both, expect: [expected] })).toEqual([
    ["f1_macro", "cells", "better", false],
    ["accuracy", "expectations", "better", false],
  ]);
});

test("cells of one architecture are compared by paired tests, others and scratch by Welch's", () => {
  const { verdicts } = compared([around("clm", 0.8), around("causal", 0.7), { ...around("mlm", 0.75), architecture: "encoder" }], {
    scratch: around("fresh", 0.6),
  });
  const tests = verdicts.map(({ left, right, test: kind }) => `${left} ${right} ${kind}`);
  expect(tests).toContain("clm causal paired");
  expect(tests).toContain("clm mlm Welch");
  expect(tests).toContain("clm scratch Welch");
});

test("a = b within a margin is confirmed, refuted or left open by two one-sided tests", () => {
  const answerOf = (other: number, margin: number, spread = 0.004) => {
    const expect_ = { left: "mlm", operator: "=" as const, right: "clm", task: "sentiment", metric: "accuracy", margin };
    const result = compared([around("mlm", 0.8, spread), { ...around("clm", other), architecture: "encoder" }], { expect: [expect_] });
    return [result.expectations[0]!.answer, result.verdicts[0]!.verdict];
  };
  expect(answerOf(0.801, 0.02)).toEqual(["confirmed", "equal"]);
  expect(answerOf(0.7, 0.02)).toEqual(["refuted", "better"]);
  expect(answerOf(0.801, 0.02, 0.03)).toEqual(["undecided", "undecided"]);
});

test("the matrix has each difference as its row sees it, best first", () => {
  const matrix = pairMatrix(compared([around("t5", 0.54), around("clm", 0.78), around("mlm", 0.6)]), "sentiment", "accuracy")!;
  expect(matrix.names).toEqual(["clm", "mlm", "t5"]);
  expect(matrix.cells.map((row) => row.map((cell) => cell && `${cell.text} ${cell.verdict}`))).toEqual([
    [undefined, "18.00 better", "24.00 better"],
    ["−18.00 worse", undefined, "6.00 better"],
    ["−24.00 worse", "−6.00 worse", undefined],
  ]);
});

test("the terminal has at most 15 lines for 55 pairs, and names the command for the rest", () => {
  const cells = Array.from({ length: 10 }, (_, index) => around(`cell${index}`, 0.7 + 0.001 * index, 0.02));
  const result = compared(cells, { scratch: around("fresh", 0.6) });
  expect(result.verdicts).toHaveLength(55);
  const lines = comparisonSummary(result, "pretrain results a.pretrain objectives --all").split("\n");
  const rows = lines.filter((line) => /^(cell\d|scratch)/.test(line)).length;
  expect(lines.filter((line) => line !== "").length - rows).toBeLessThanOrEqual(15);
  expect(lines.at(-1)).toBe("55 pairs, every seed and the method: pretrain results a.pretrain objectives --all");
});
