import { pearson } from "./pearson.ts";
import { ranks } from "./ranks.ts";

/**
 * Correlation of the ranks, −1 to 1; equal values share a rank. Not a number where one side is constant. As SciPy's `spearmanr`.
 * @see Spearman 1904, The proof and measurement of association between two things
 */
export function spearman(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return pearson(ranks(gold), ranks(predicted));
}
