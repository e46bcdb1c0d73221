/** The places of values in ascending order, from 1; equal values share the mean of theirs. As SciPy's `rankdata`. */
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

/** Refuses two lists of different lengths: a bug where they do not come from a user's files, which are checked before. */
export function sameLength(gold: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (gold.length !== predicted.length) throw new RangeError(`${gold.length} right answers but ${predicted.length} predictions`);
}
