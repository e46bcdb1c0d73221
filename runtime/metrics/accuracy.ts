import type { Margins } from "./confusion-matrix.ts";

/** Of answers that are right or wrong by themselves. */
export function shareOfRight(gold: readonly number[], predicted: readonly (number | null)[]): number {
  return gold.length === 0 ? 0 : gold.filter((answer, i) => answer === predicted[i]).length / gold.length;
}

/** Share of right answers, 0 to 1; 0 of nothing. As scikit-learn's `accuracy_score`. */
export function accuracy({ right, total }: Margins): number {
  return total === 0 ? 0 : right.reduce((sum, count) => sum + count, 0) / total;
}
