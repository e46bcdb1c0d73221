import { largest } from "#runtime/contract/reductions.ts";

/** The most frequent class; the first of several that are equally frequent. */
export function mostFrequentClass(classes: readonly number[], count: number): number {
  const counts = new Array<number>(count).fill(0);
  for (const each of classes) counts[each]! += 1;
  return counts.indexOf(largest(counts));
}
