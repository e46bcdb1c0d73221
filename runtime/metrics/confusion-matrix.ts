/**
 * How often each right class (rows) was answered by each class (columns): a `classes × classes` matrix, row by row. Classes are
 * 0 … classes − 1. As scikit-learn's `confusion_matrix`.
 */
export function confusionMatrix(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
  return counted(gold, predicted, classes, classes);
}

/** Stands for an answer that is none of the classes. */
export const noLabel = -1;

/** A matrix' sums: how often each class was right, how often each was answered, how often both. */
export interface Margins {
  gold: number[];
  predicted: number[];
  right: number[];
  total: number;
  /** Answers that are none of the classes: always wrong, and a class of their own. */
  unlabelled: number;
}

/** @param predicted classes, or `noLabel` */
export function margins(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Margins {
  return marginsOf(counted(gold, predicted, classes, classes + 1), classes);
}

/** @param counts a confusion matrix; a column behind those of the classes counts the answers that are none of them */
export function marginsOf(counts: ArrayLike<number>, classes: number): Margins {
  const width = counts.length / classes;
  const sums: Margins = { gold: new Array(classes).fill(0), predicted: new Array(classes).fill(0), right: [], total: 0, unlabelled: 0 };
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < width; column++) {
      const count = counts[row * width + column]!;
      sums.gold[row]! += count;
      if (column < classes) sums.predicted[column]! += count;
      else sums.unlabelled += count;
      sums.total += count;
    }
    sums.right.push(counts[row * width + row]!);
  }
  return sums;
}

function counted(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number, width: number): Float64Array {
  if (gold.length !== predicted.length) throw new RangeError(`${gold.length} right answers but ${predicted.length} predictions`);
  const counts = new Float64Array(classes * width);
  for (let i = 0; i < gold.length; i++) {
    const [row, answer] = [gold[i]!, predicted[i]!];
    const isKnown = (answer >= 0 && answer < classes) || (answer === noLabel && width > classes);
    if (!(row >= 0 && row < classes && isKnown)) throw new RangeError(`classes ${row} and ${answer} of ${classes}`);
    counts[row * width + (answer === noLabel ? classes : answer)]! += 1;
  }
  return counts;
}
