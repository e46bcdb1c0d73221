import type { Margins } from "./confusion-matrix.ts";

/** Share of right answers, 0 to 1; 0 of nothing. As scikit-learn's `accuracy_score`. */
export function accuracy({ right, total }: Margins): number {
  return total === 0 ? 0 : right.reduce((sum, count) => sum + count, 0) / total;
}
