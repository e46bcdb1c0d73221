import { sameLength } from "./ranks.ts";

/**
 * Mean of the precision at each threshold, weighted by the increase in recall: Σ (Rₙ − Rₙ₋₁) Pₙ, without interpolation. NaN if there is
 * no positive example. As scikit-learn's `average_precision_score`.
 * @param gold 1 for positives, 0 for negatives
 * @param scores higher means more likely positive
 * @see Manning, Raghavan and Schütze 2008, Introduction to Information Retrieval, section 8.4
 */
export function averagePrecision(gold: ArrayLike<number>, scores: ArrayLike<number>): number {
  sameLength(gold, scores);
  const order = Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.filter((index) => gold[index] === 1).length;
  if (positives === 0) return Number.NaN;
  let right = 0;
  let before = 0;
  let sum = 0;
  order.forEach((index, place) => {
    if (gold[index] === 1) right++;
    // equal scores are on the same side of a threshold
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[index]) return;
    sum += ((right - before) / positives) * (right / (place + 1));
    before = right;
  });
  return sum;
}
