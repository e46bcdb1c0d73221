import { f1OfEach } from "./f1.ts";

/**
 * Mean of every class' F1. A class that neither the answers nor the predictions have does not count, as in scikit-learn's
 * `f1_score(average="macro", zero_division=0)`, which looks only at the classes it meets.
 * @see Sokolova and Lapalme 2009, A systematic analysis of performance measures for classification tasks, table 3
 */
export function f1Macro(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number {
  const met = new Set<number>([...Array.from(gold), ...Array.from(predicted)]);
  const scores = f1OfEach(gold, predicted, classes).filter((_, label) => met.has(label));
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
