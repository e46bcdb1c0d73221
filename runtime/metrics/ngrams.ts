/** Counts the n-grams of a list of tokens; the keys are tokens joined by spaces. */
export function countNgrams(tokens: readonly string[], n: number, into: Map<string, number> = new Map()): Map<string, number> {
  for (let i = 0; i + n <= tokens.length; i++) {
    const ngram = n === 1 ? tokens[i]! : tokens.slice(i, i + n).join(" ");
    into.set(ngram, (into.get(ngram) ?? 0) + 1);
  }
  return into;
}

/** The number of n-grams that two texts share: the sum of the smaller counts. */
export function overlap(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [ngram, count] of left) shared += Math.min(count, right.get(ngram) ?? 0);
  return shared;
}

/** The total number of n-grams. */
export function totalOf(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** `nrefs` of a signature: the number of references per line, or `var` if it varies. */
export function referenceCount(references: readonly (readonly string[])[]): string {
  const counts = new Set(references.map(({ length }) => length));
  return counts.size === 1 ? String([...counts][0]) : "var";
}
