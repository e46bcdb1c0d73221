import { sameLength } from "./ranks.ts";

/**
 * Kendall's τ-b, −1 to 1: concordant pairs minus discordant pairs, corrected for ties. NaN if one side is constant. As SciPy's
 * `kendalltau`, in O(n log n).
 * @see Kendall 1945, The treatment of ties in ranking problems; Knight 1966, A computer method for calculating Kendall's tau
 */
export function kendall(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  sameLength(gold, predicted);
  const order = Array.from({ length: gold.length }, (_, index) => index);
  order.sort((a, b) => gold[a]! - gold[b]! || predicted[a]! - predicted[b]!);
  const sorted = order.map((index) => predicted[index]!);
  const tiedInBoth = tiedPairs(order, (a, b) => gold[a] === gold[b] && predicted[a] === predicted[b]);
  const tiedInGold = tiedPairs(order, (a, b) => gold[a] === gold[b]);
  const exchanges = sortAndCount(sorted);
  const tiedInPredicted = tiedPairs(sorted, (a, b) => a === b);
  const pairs = (gold.length * (gold.length - 1)) / 2;
  const difference = pairs - tiedInGold - tiedInPredicted + tiedInBoth - 2 * exchanges;
  const spread = Math.sqrt(pairs - tiedInGold) * Math.sqrt(pairs - tiedInPredicted);
  return spread === 0 ? Number.NaN : Math.max(-1, Math.min(1, difference / spread));
}

/** The number of equal pairs in a sorted list. */
function tiedPairs(sorted: readonly number[], areEqual: (a: number, b: number) => boolean): number {
  let pairs = 0;
  let run = 0;
  for (let i = 1; i < sorted.length; i++) {
    run = areEqual(sorted[i - 1]!, sorted[i]!) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** Sorts in place by merge sort, and returns the number of pairs that were in the wrong order. */
function sortAndCount(values: number[]): number {
  let exchanges = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start + width < values.length; start += 2 * width) {
      const left = values.slice(start, start + width);
      const right = values.slice(start + width, start + 2 * width);
      for (let i = 0, j = 0, to = start; i < left.length || j < right.length; to++) {
        const takesRight = i === left.length || (j < right.length && right[j]! < left[i]!);
        if (takesRight && i < left.length) exchanges += left.length - i;
        values[to] = takesRight ? right[j++]! : left[i++]!;
      }
    }
  }
  return exchanges;
}
