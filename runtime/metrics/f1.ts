import { confusion, margins } from "./confusion.ts";

/**
 * F1 of the positive class, the second of two: 2·tp / (2·tp + fp + fn); 0 where that is 0/0.
 * As scikit-learn's `f1_score(average="binary", zero_division=0)`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export function f1(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number {
  if (classes !== 2) throw new RangeError(`F1 of the positive class needs two classes, not ${classes}`);
  return f1OfEach(gold, predicted, classes)[1]!;
}

/** F1 of every class. */
export function f1OfEach(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[] {
  const sums = margins(confusion(gold, predicted, classes), classes);
  return sums.right.map((right, label) => {
    // 2·tp + fp + fn = how often it was right + how often it was answered
    const all = sums.gold[label]! + sums.predicted[label]!;
    return all === 0 ? 0 : (2 * right) / all;
  });
}
