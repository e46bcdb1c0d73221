/**
 * How often each right class (rows) was answered by each class (columns): a `classes × classes` matrix, row by row. Classes are
 * 0 … classes − 1. As scikit-learn's `confusion_matrix`.
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

/**
 * Without the matrix itself, which would not fit in memory where classes are many.
 * @param predicted classes, or `noLabel`
 * @param chosen the examples that count, some of them several times; left out: each once
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
