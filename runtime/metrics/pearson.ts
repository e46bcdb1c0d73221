import { sameLength } from "./ranks.ts";

/**
 * Pearson's product-moment correlation, −1 to 1. NaN if one side is constant.
 * As SciPy's `pearsonr`.
 * @see Pearson 1895, Note on regression and inheritance in the case of two parents
 */
export function pearson(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  sameLength(gold, predicted);
  const [a, b] = [centred(gold), centred(predicted)];
  const spread = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return spread === 0 ? Number.NaN : Math.max(-1, Math.min(1, dot(a, b) / spread));
}

function centred(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const first = list[0] ?? 0;
  if (list.every((value) => value === first)) return list.map(() => 0);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return list.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
