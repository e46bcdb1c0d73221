import type { Margins } from "./confusion-matrix.ts";

/** The share of predictions that equal the correct answers, 0 to 1. */
export function shareOfRight(gold: readonly number[], predicted: readonly (number | null)[]): number {
  return gold.length === 0 ? 0 : gold.filter((answer, i) => answer === predicted[i]).length / gold.length;
}

/** Share of correct answers, 0 to 1; 0 if there are none. As scikit-learn's `accuracy_score`. */
export function accuracy({ right, total }: Margins): number {
  return total === 0 ? 0 : right.reduce((sum, count) => sum + count, 0) / total;
}
