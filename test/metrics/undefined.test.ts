import { expect, test } from "vitest";
import { margins, noLabel } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics, type MetricValue, scoreClassification, scoreNumbers } from "#runtime/metrics/metric-table.ts";
import { scoreTexts } from "#runtime/metrics/score-texts.ts";
import { scorers } from "#runtime/metrics/scorers.ts";
import { entitiesOf } from "#runtime/metrics/tag-schemes.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { defaultOptions } from "./options.ts";

const of = (scores: readonly MetricValue[], metric: string) => scores.find((each) => each.metric === metric);

test("with one class among the right answers nothing that tells classes apart has a value", () => {
  const scores = scoreClassification(
    [0, 0],
    [0, 1],
    ["a", "b"],
    [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
  );
  for (const metric of ["roc_auc", "average_precision", "matthews"])
    expect(of(scores, metric)).toEqual({ metric, value: null, undefined: 'all correct labels are "a"' });
  for (const metric of ["precision", "recall", "f1"])
    expect(of(scores, metric)).toEqual({ metric, value: null, undefined: 'no correct label is "b", the positive one' });
  expect(of(scores, "accuracy")).toEqual({ metric: "accuracy", value: 0.5 });
});

test("nothing correlates with a constant, as in SciPy; errors have a value", () => {
  for (const metric of ["pearson", "spearman", "kendall"]) {
    expect(of(scoreNumbers([1, 2, 3], [1, 1, 1]), metric)).toEqual({ metric, value: null, undefined: "all predictions are 1" });
    expect(of(scoreNumbers([4, 4], [1, 2]), metric)).toEqual({ metric, value: null, undefined: "all correct values are 4" });
  }
  expect(of(scoreNumbers([1, 2, 3], [1, 1, 1]), "mae")).toEqual({ metric: "mae", value: 1 });
  expect(of(scoreNumbers([1, 2], [Number.NaN, 1]), "mse")?.value).toBeNull();
});

test("tags that mark no entities leave those metrics without a value, and say so", () => {
  const scores = scoreTags([["NN", "VB"]], [["NN", "NN"]]);
  expect(of(scores, "accuracy")?.value).toBe(0.5);
  expect(of(scores, "entity_f1")).toMatchObject({ value: null, undefined: expect.stringContaining('"NN" is not a tag such as') });
  expect(of(scoreTags([["O"]], [["B-A"]]), "entity_recall")?.undefined).toBe("no correct tag is part of an entity");
  expect(of(scoreTags([["S-A"]], [["S-A"]]), "entity_f1_strict")?.undefined).toContain("not IOB2");
  expect(of(scoreTags([["I-A", "O"]], [["I-A", "O"]]), "entity_f1_strict")?.undefined).toContain("not IOB2");
});

test("BILOU and BMEWO are BIOES by other letters", () => {
  const requested = entitiesOf(["B-A", "I-A", "E-A", "O", "S-B", "S-B"]);
  expect(entitiesOf(["B-A", "I-A", "L-A", "O", "U-B", "U-B"])).toEqual(requested);
  expect(entitiesOf(["B-A", "M-A", "E-A", "O", "W-B", "W-B"])).toEqual(requested);
});

test("texts without a word that a metric counts", () => {
  const scores = scoreTexts("summarisation", [["猫坐在"]], ["猫"]);
  expect(of(scores, "rouge1")).toMatchObject({ value: null, undefined: expect.stringContaining("ROUGE counts") });
  expect(of(scoreTexts("translation", [[" "]], ["a"]), "bleu")?.undefined).toBe("the correct texts are empty");
});

test("an answer that is no label is wrong, and no other label", () => {
  const sums = margins([0, 1, 0, 1], [0, 1, noLabel, noLabel], 2);
  expect(classMetrics.accuracy(sums)).toBe(0.5);
  // Gorodkin 2004, equation 8, with a third class that is answered twice and never right: (2·4 − 4) / √((16 − 6)(16 − 8))
  expect(classMetrics.matthews(sums)).toBeCloseTo(4 / Math.sqrt(80), 12);
  expect(classMetrics.precision(sums)).toBe(1);
  expect(classMetrics.recall(sums)).toBe(0.5);
  expect(classMetrics.f1_macro(sums)).toBeCloseTo(2 / 3, 12);
  expect(classMetrics.matthews(margins([0, 1], [noLabel, noLabel], 2))).toBe(0);
});

test("pretrain score says it too", () => {
  const score = (metric: string, predictions: unknown[], references: unknown[], options = {}) =>
    scorers[metric]!.score(predictions as never, references as never, { ...defaultOptions(metric), ...options });
  expect(score("pearson", [1, 1, 1], [1, 2, 3])).toMatchObject({ score: null, undefined: "all predictions are 1" });
  expect(score("roc_auc", [[0.1], [0.2]], ["a", "a"], { positive: "a" })).toMatchObject({
    score: null,
    undefined: 'all correct labels are "a"',
  });
  expect(score("f1", ["a", "b"], ["a", "a"])).toMatchObject({ score: null });
});
