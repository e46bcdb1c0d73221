import type { Margins } from "./confusion-matrix.ts";

/** Scores answers by what each class was answered with. */
export type ClassificationMetric = (sums: Margins) => number;

/** A ratio from how often a class was right, answered, and both; 0 where there is nothing to divide by. */
export type ClassRatio = (counts: { gold: number; predicted: number; right: number }) => number;

/**
 * The four ways in which one ratio of each class becomes one number, as scikit-learn's `average` with `zero_division=0`:
 * of the positive class, the second of two (`binary`); of all decisions together (`micro`); the mean over the classes (`macro`),
 * and that mean weighted by how often each class is right (`weighted`). A class that neither the answers nor the predictions
 * have does not count; nor, in the means over classes, do answers that are none of them (Raffel et al. 2020, released code).
 * @see Sokolova and Lapalme 2009, A systematic analysis of performance measures for classification tasks, table 3
 */
export function averages(ratio: ClassRatio): { [K in "binary" | "micro" | "macro" | "weighted"]: ClassificationMetric } {
  return {
    binary(sums) {
      const classes = sums.gold.length;
      if (classes !== 2) throw new RangeError(`a score of the positive class needs two classes, not ${classes}`);
      return ratio(ofClass(sums, 1));
    },
    micro({ right, total }) {
      return ratio({ gold: total, predicted: total, right: sum(right) });
    },
    macro(sums) {
      const each = metClasses(sums);
      return each.length === 0 ? 0 : sum(each.map(ratio)) / each.length;
    },
    weighted(sums) {
      const each = metClasses(sums);
      return each.length === 0 ? 0 : sum(each.map((counts) => counts.gold * ratio(counts))) / sum(each.map((counts) => counts.gold));
    },
  };
}

function ofClass(sums: Margins, label: number): { gold: number; predicted: number; right: number } {
  return { gold: sums.gold[label]!, predicted: sums.predicted[label]!, right: sums.right[label]! };
}

function metClasses(sums: Margins) {
  return sums.gold.map((_, label) => ofClass(sums, label)).filter(({ gold, predicted }) => gold + predicted > 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
