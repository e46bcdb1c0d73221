import { expect, test } from "vitest";
import { accuracy } from "#runtime/metrics/accuracy.ts";
import { f1 } from "#runtime/metrics/f1.ts";
import { f1Macro } from "#runtime/metrics/f1-macro.ts";
import { matthews } from "#runtime/metrics/matthews.ts";
import { scoreClassification } from "#runtime/metrics/table.ts";
import reference from "./reference.json" with { type: "json" };

/** Labels sorted, classes their places: as tasks have them. */
function classesOf(labels: readonly (string | number)[], all: readonly (string | number)[]): number[] {
  const sorted = [...new Set(all)].sort();
  return labels.map((label) => sorted.indexOf(label));
}

test("several classes, as scikit-learn", () => {
  const { gold, predicted, accuracy: wantedAccuracy, macro_f1, matthews: wantedMatthews } = reference.classification;
  const all = [...gold, ...predicted];
  const [right, answers] = [classesOf(gold, all), classesOf(predicted, all)];
  expect(accuracy(right, answers, 4)).toBeCloseTo(wantedAccuracy, 12);
  expect(f1Macro(right, answers, 4)).toBeCloseTo(macro_f1, 12);
  expect(matthews(right, answers, 4)).toBeCloseTo(wantedMatthews, 12);
});

test("two classes, as scikit-learn: the second is the positive one", () => {
  const { gold, predicted, f1: wantedF1, matthews: wantedMatthews } = reference.binary;
  expect(f1(gold, predicted, 2)).toBeCloseTo(wantedF1, 12);
  expect(matthews(gold, predicted, 2)).toBeCloseTo(wantedMatthews, 12);
});

test("F1 by hand: 2 right positives, 1 wrong, 1 missed", () => {
  expect(f1([1, 1, 1, 0, 0], [1, 1, 0, 1, 0], 2)).toBeCloseTo(4 / 6, 12);
});

test("nothing to divide by gives 0, not NaN", () => {
  expect(f1([0, 0], [0, 0], 2)).toBe(0);
  expect(matthews([0, 1], [0, 0], 2)).toBe(0);
  expect(matthews([1, 1], [1, 1], 2)).toBe(0);
  expect(accuracy([], [], 2)).toBe(0);
});

test("a class that nobody has does not lower the macro mean", () => {
  expect(f1Macro([0, 1], [0, 1], 3)).toBe(1);
  // predicted but never right: counts, with 0
  expect(f1Macro([0, 1], [0, 2], 3)).toBeCloseTo(1 / 3, 12);
});

test("all metrics of a task; F1 of the positive class only for two", () => {
  expect(scoreClassification([0, 1], [0, 1], 2).map(({ metric }) => metric)).toEqual(["accuracy", "f1", "f1_macro", "matthews"]);
  expect(scoreClassification([0, 1, 2], [0, 1, 2], 3).map(({ metric }) => metric)).toEqual(["accuracy", "f1_macro", "matthews"]);
});

test("a class outside the task is a bug, said loudly", () => {
  expect(() => accuracy([0], [2], 2)).toThrow("classes 0 and 2 of 2");
  expect(() => accuracy([0, 1], [0], 2)).toThrow("2 right answers but 1 predictions");
});
