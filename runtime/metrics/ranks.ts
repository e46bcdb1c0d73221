/** The ranks of values in ascending order, from 1; tied values have their average rank. As SciPy's `rankdata`. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) found[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return found;
}

/** Throws `RangeError` if two lists differ in length, which is a bug, since files of users are checked before. */
export function sameLength(gold: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (gold.length !== predicted.length) throw new RangeError(`${gold.length} right answers but ${predicted.length} predictions`);
}
