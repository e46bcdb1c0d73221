import { accuracy } from "./accuracy.ts";
import { f1 } from "./f1.ts";
import { f1Macro } from "./f1-macro.ts";
import { matthews } from "./matthews.ts";

/** Scores right classes against predicted ones; classes are 0 … classes − 1. */
export type ClassificationMetric = (gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number) => number;

/** Every metric of classification, by its name in the catalogue. */
export const classificationMetrics = {
  accuracy,
  f1,
  f1_macro: f1Macro,
  matthews,
} as const satisfies Record<string, ClassificationMetric>;

/** All that are defined for so many classes: F1 of the positive class needs two. */
export function scoreClassification(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): { metric: keyof typeof classificationMetrics; value: number }[] {
  return Object.entries(classificationMetrics)
    .filter(([name]) => name !== "f1" || classes === 2)
    .map(([name, score]) => ({ metric: name as keyof typeof classificationMetrics, value: score(gold, predicted, classes) }));
}
