import type { Margins } from "./confusion-matrix.ts";

/** A metric that is computed from the sums of a confusion matrix. */
export type ClassificationMetric = (sums: Margins) => number;

/** A ratio for a class: `gold` examples have it, `predicted` were predicted as it, `right` both; 0 if the denominator is 0. */
export type ClassRatio = (counts: { gold: number; predicted: number; right: number }) => number;

/**
 * The four averages of a per-class ratio, as scikit-learn's `average` with `zero_division=0`: that of the positive class, the second of two
 * (`binary`); over all decisions (`micro`); the mean over the classes (`macro`); and the mean weighted by the number of examples of each
 * class (`weighted`). A class that occurs neither in the correct answers nor in the predictions does not count. In the means over classes,
 * predictions that are not a class do not count either (Raffel et al. 2020, released code).
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
