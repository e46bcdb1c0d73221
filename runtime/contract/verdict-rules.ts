import type { Verdict } from "./artifacts.ts";

/** Minimum number of pre-training seeds for a verdict. The spread of two can be anything from a tenth to many times the true spread. */
export const fewestSeeds = 3;

/** Whether one side was found to be better. */
export function isFound({ verdict }: Pick<Verdict, "verdict">): boolean {
  return verdict === "better" || verdict === "worse";
}

/** Whether a test left open which side is better, or whether they are equal. */
export function isUndecided({ verdict }: Pick<Verdict, "verdict">): boolean {
  return verdict === "no difference found" || verdict === "undecided" || verdict === "no verdict";
}

/** Why this number of paired pre-training seeds is too small for a verdict, and what is needed; undefined if it is sufficient. */
export function tooFewSeeds(seeds: number): string | undefined {
  if (seeds >= fewestSeeds) return undefined;
  return seeds < 2
    ? "one seed shows no spread; a verdict needs three seeds"
    : "two seeds say too little about the spread; a verdict needs a third seed";
}

/** Counts tested pairs in which no side is better: `no difference found in 3 of 9 pairs, no verdict in 2 of 9 pairs`; empty if there are none. */
export function describeUndecided(all: readonly Verdict[]): string {
  const verdicts = all.filter(({ verdict }) => verdict !== "not tested");
  const inPairs = (which: Verdict["verdict"]) => {
    const count = verdicts.filter(({ verdict }) => verdict === which).length;
    return count === 0 ? [] : [`${which} in ${count} of ${verdicts.length} ${verdicts.length === 1 ? "pair" : "pairs"}`];
  };
  return [...inPairs("no difference found"), ...inPairs("no verdict")].join(", ");
}
