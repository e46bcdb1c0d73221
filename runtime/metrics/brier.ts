/**
 * Brier score, from 0 (certain and correct) to 2 (certain and wrong): the mean over examples of the sum over all classes of
 * (p_c − [c is correct])². This is the original form, also for two classes, for which it is twice the mean squared error of the positive
 * class's probability. As scikit-learn's `brier_score_loss(…, scale_by_half=False)`.
 * @param gold correct classes, 0 … n − 1
 * @param probabilities for each example, the probability of each class, 0 to 1
 * @see Brier 1950, Verification of Forecasts Expressed in Terms of Probability
 */
export function brier(gold: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): number {
  if (gold.length !== probabilities.length) throw new RangeError(`${gold.length} right answers but ${probabilities.length} predictions`);
  const distances = probabilities.map((each, i) => squaredDistance(each, gold[i]!));
  return distances.length === 0 ? 0 : distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

/** The squared distance of a distribution from the one that is certain of a class. */
function squaredDistance(probabilities: ArrayLike<number>, gold: number): number {
  return Array.from(probabilities).reduce((sum, probability, label) => sum + (probability - (label === gold ? 1 : 0)) ** 2, 0);
}
