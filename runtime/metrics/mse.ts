import { sameLength } from "./ranks.ts";

/** Mean squared error, in the squared unit of the values; 0 if there are none. As scikit-learn's `mean_squared_error`. */
export function mse(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  sameLength(gold, predicted);
  let sum = 0;
  for (let i = 0; i < gold.length; i++) sum += (gold[i]! - predicted[i]!) ** 2;
  return gold.length === 0 ? 0 : sum / gold.length;
}
