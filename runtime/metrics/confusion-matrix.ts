/**
 * The number of examples of each correct class (rows) that were predicted as each class (columns): a `classes × classes` matrix, row by
 * row. Classes are 0 … classes − 1. As scikit-learn's `confusion_matrix`.
 */
export function confusionMatrix(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
  requireSameLength(gold, predicted);
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < gold.length; i++) {
    const [right, answer] = [gold[i]!, predicted[i]!];
    requireClass(right, classes);
    requireClass(answer, classes);
    counts[right * classes + answer]! += 1;
  }
  return counts;
}

/** Represents an answer that is not a class. */
export const noLabel = -1;

/** The sums of a confusion matrix: for each class, the number of examples with it, of predictions of it, and of correct predictions. */
export interface Margins {
  gold: number[];
  predicted: number[];
  right: number[];
  total: number;
  /** Number of answers that are not a class; they are always wrong and count as another class. */
  unlabelled: number;
}

/**
 * The sums of a confusion matrix, without the matrix itself, which would not fit in memory with many classes.
 * @param predicted predicted classes, or `noLabel`
 * @param chosen indices of the examples that count, which may repeat; absent: all examples
 */
export function margins(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number, chosen?: ArrayLike<number>): Margins {
  requireSameLength(gold, predicted);
  const none = () => new Array<number>(classes).fill(0);
  const total = chosen?.length ?? gold.length;
  const sums: Margins = { gold: none(), predicted: none(), right: none(), total, unlabelled: 0 };
  for (let i = 0; i < total; i++) {
    const example = chosen ? chosen[i]! : i;
    const [right, answer] = [gold[example]!, predicted[example]!];
    requireClass(right, classes);
    sums.gold[right]! += 1;
    if (answer === noLabel) {
      sums.unlabelled += 1;
      continue;
    }
    requireClass(answer, classes);
    sums.predicted[answer]! += 1;
    if (right === answer) sums.right[right]! += 1;
  }
  return sums;
}

function requireSameLength(gold: ArrayLike<number>, predicted: ArrayLike<number>): void {
  if (gold.length !== predicted.length) throw new RangeError(`${gold.length} right answers but ${predicted.length} predictions`);
}

function requireClass(found: number, classes: number): void {
  if (!(found >= 0 && found < classes)) throw new RangeError(`class ${found} of ${classes}`);
}
