import { expect, test } from "vitest";
import { accuracy } from "#runtime/metrics/accuracy.ts";
import { brier } from "#runtime/metrics/brier.ts";
import { margins } from "#runtime/metrics/confusion-matrix.ts";
import { f1 } from "#runtime/metrics/f1.ts";
import { matthews } from "#runtime/metrics/matthews.ts";
import { scoreClassification } from "#runtime/metrics/metric-table.ts";
import { precision } from "#runtime/metrics/precision.ts";
import { recall } from "#runtime/metrics/recall.ts";
import { scorers } from "#runtime/metrics/scorers.ts";

test("by hand: 2 right positives, 2 wrong, 1 missed", () => {
  const [gold, predicted] = [
    [1, 1, 1, 0, 0, 0],
    [1, 1, 0, 1, 1, 0],
  ];
  expect(precision.binary(margins(gold, predicted, 2))).toBeCloseTo(2 / 4, 12);
  expect(recall.binary(margins(gold, predicted, 2))).toBeCloseTo(2 / 3, 12);
  expect(f1.binary(margins(gold, predicted, 2))).toBeCloseTo(4 / 7, 12);
});

test("nothing to divide by gives 0, not NaN", () => {
  expect(f1.binary(margins([0, 0], [0, 0], 2))).toBe(0);
  expect(precision.binary(margins([1, 0], [0, 0], 2))).toBe(0);
  expect(matthews(margins([0, 1], [0, 0], 2))).toBe(0);
  expect(matthews(margins([1, 1], [1, 1], 2))).toBe(0);
  expect(accuracy(margins([], [], 2))).toBe(0);
});

test("a class that nobody has does not lower the macro mean", () => {
  expect(f1.macro(margins([0, 1], [0, 1], 3))).toBe(1);
  // predicted but never right: counts, with 0
  expect(f1.macro(margins([0, 1], [0, 2], 3))).toBeCloseTo(1 / 3, 12);
});

test("all metrics of a task; those of the positive class only for two, those of probabilities only with them", () => {
  const namesOf = (scores: { metric: string }[]) => scores.map(({ metric }) => metric);
  const two = namesOf(
    scoreClassification(
      [0, 1],
      [0, 1],
      ["a", "b"],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    ),
  );
  expect(two).toContain("f1");
  expect(two).toContain("roc_auc");
  const three = namesOf(scoreClassification([0, 1, 2], [0, 1, 2], ["a", "b", "c"]));
  expect(three).toEqual(expect.arrayContaining(["accuracy", "f1_macro", "f1_micro", "f1_weighted", "matthews"]));
  expect(two.filter((name) => !three.includes(name)).sort()).toEqual([
    "average_precision",
    "brier",
    "calibration_error",
    "f1",
    "precision",
    "recall",
    "roc_auc",
  ]);
});

test("brier, as scikit-learn 1.9.1's brier_score_loss with scale_by_half=False and all labels", () => {
  const probabilities = [
    [0.5, 0.3, 0.2],
    [0.1, 0.2, 0.7],
    [0.25, 0.5, 0.25],
    [0.6, 0.3, 0.1],
  ];
  expect(brier([0, 2, 1, 2], probabilities)).toBeCloseTo(0.53875, 12);
  // a label that never occurs among the right ones counts
  expect(brier([0, 1], probabilities.slice(0, 2))).toBeCloseTo(0.76, 12);
  const two = [
    [0.9, 0.1],
    [0.2, 0.8],
    [0.65, 0.35],
  ];
  expect(brier([0, 1, 1], two)).toBeCloseTo(0.315, 12);
  expect(scoreClassification([0, 1, 1], [0, 1, 0], ["no", "yes"], two)).toContainEqual({
    metric: "brier",
    value: expect.closeTo(0.315, 12),
  });
  // of files, by label or in the order of the labels
  const given = [{ yes: 0.1, no: 0.9 }, [0.2, 0.8], [0.35]];
  expect(scorers.brier!.score(given, ["no", "yes", "yes"], {})).toMatchObject({ score: expect.closeTo(0.315, 12), labels: ["no", "yes"] });
});

test("a class outside the task is a bug, said loudly", () => {
  expect(() => accuracy(margins([0], [2], 2))).toThrow("class 2 of 2");
  expect(() => accuracy(margins([0, 1], [0], 2))).toThrow("2 right answers but 1 predictions");
});

test("so many classes that their matrix would not fit in memory", () => {
  const classes = 200_000;
  const gold = Int32Array.from({ length: classes }, (_, i) => i);
  const predicted = gold.map((label) => (label % 2 === 0 ? label : 0));
  const sums = margins(gold, predicted, classes);
  expect(sums).toMatchObject({ total: classes, unlabelled: 0 });
  expect(accuracy(sums)).toBe(0.5);
  expect(matthews(sums)).toBeGreaterThan(0.4);
});
