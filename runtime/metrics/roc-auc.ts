import { ranks, sameLength } from "./ranks.ts";

/**
 * Area under the receiver operating characteristic curve: the probability that a positive example has a higher score than a negative one,
 * where ties count half. NaN if one of the two does not occur. As scikit-learn's `roc_auc_score`.
 * @param gold 1 for positives, 0 for negatives
 * @param scores higher means more likely positive
 * @see Hanley and McNeil 1982, The meaning and use of the area under a receiver operating characteristic (ROC) curve
 */
export function rocAuc(gold: ArrayLike<number>, scores: ArrayLike<number>): number {
  sameLength(gold, scores);
  const places = ranks(scores);
  let positives = 0;
  let sum = 0;
  for (let i = 0; i < gold.length; i++) {
    if (gold[i] !== 1) continue;
    positives++;
    sum += places[i]!;
  }
  const negatives = gold.length - positives;
  return positives === 0 || negatives === 0 ? Number.NaN : (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
