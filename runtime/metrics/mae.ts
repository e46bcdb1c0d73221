import { sameLength } from "./ranks.ts";

/** Mean absolute error, in the unit of the values; 0 if there are none. As scikit-learn's `mean_absolute_error`. */
export function mae(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  sameLength(gold, predicted);
  let sum = 0;
  for (let i = 0; i < gold.length; i++) sum += Math.abs(gold[i]! - predicted[i]!);
  return gold.length === 0 ? 0 : sum / gold.length;
}
