import type { Margins } from "./confusion-matrix.ts";

/**
 * Matthews correlation coefficient, −1 to 1, for two or more classes; 0 if the denominator is 0. As scikit-learn's
 * `matthews_corrcoef`.
 * @see Matthews 1975; Gorodkin 2004, Comparing two K-category assignments by a K-category correlation coefficient, equation 8
 */
export function matthews(sums: Margins): number {
  const right = sums.right.reduce((sum, count) => sum + count, 0);
  const squared = sums.total ** 2;
  const covariance = right * sums.total - dot(sums.gold, sums.predicted);
  const spread = (squared - dot(sums.predicted, sums.predicted) - sums.unlabelled ** 2) * (squared - dot(sums.gold, sums.gold));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
