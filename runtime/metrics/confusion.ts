/**
 * How often each right class (rows) was answered by each class (columns): a `classes × classes` matrix, row by row. Classes are
 * 0 … classes − 1.
 */
export function confusion(gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
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
export function margins(counts: Float64Array, classes: number): { gold: number[]; predicted: number[]; right: number[]; total: number } {
  const gold = new Array<number>(classes).fill(0);
  const predicted = new Array<number>(classes).fill(0);
  let total = 0;
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column]!;
      gold[row]! += count;
      predicted[column]! += count;
      total += count;
    }
  }
  return { gold, predicted, right: gold.map((_, label) => counts[label * classes + label]!), total };
}
