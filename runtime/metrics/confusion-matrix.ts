/**
 * How often each right class (rows) was answered by each class (columns): a `classes × classes` matrix, row by row. Classes are
 * 0 … classes − 1. As scikit-learn's `confusion_matrix`.
 */
export function confusionMatrix(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
  if (gold.length !== predicted.length) throw new RangeError(`${gold.length} right answers but ${predicted.length} predictions`);
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < gold.length; i++) {
    const [row, column] = [gold[i]!, predicted[i]!];
    if (!(row >= 0 && row < classes && column >= 0 && column < classes)) throw new RangeError(`classes ${row} and ${column} of ${classes}`);
    counts[row * classes + column]! += 1;
  }
  return counts;
}

/** A matrix' sums: how often each class was right, how often each was answered, how often both. */
export interface Margins {
  gold: number[];
  predicted: number[];
  right: number[];
  total: number;
}

export function margins(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Margins {
  return marginsOf(confusionMatrix(gold, predicted, classes), classes);
}

/** @param counts a confusion matrix */
export function marginsOf(counts: ArrayLike<number>, classes: number): Margins {
  const sums: Margins = { gold: new Array(classes).fill(0), predicted: new Array(classes).fill(0), right: [], total: 0 };
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column]!;
      sums.gold[row]! += count;
      sums.predicted[column]! += count;
      sums.total += count;
    }
    sums.right.push(counts[row * classes + row]!);
  }
  return sums;
}
