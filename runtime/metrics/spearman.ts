import { pearson } from "./pearson.ts";
import { ranks } from "./ranks.ts";

/**
 * Spearman's rank correlation, −1 to 1; tied values have their average rank. NaN if one side is constant. As SciPy's `spearmanr`.
 * @see Spearman 1904, The proof and measurement of association between two things
 */
export function spearman(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return pearson(ranks(gold), ranks(predicted));
}
