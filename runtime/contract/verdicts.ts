import type { Verdict } from "./artifacts.ts";

/** Fewer pre-training seeds give no verdict: two show a spread that is anything from a tenth to many times the true one. */
export const fewestSeeds = 3;

/** Whether one side was found to be better: neither where no difference was found, nor where nothing could be said. */
export function isFound({ verdict }: Pick<Verdict, "verdict">): boolean {
  return verdict === "better" || verdict === "worse";
}

/** Why so few pre-training seeds that both sides have give no verdict, and what it takes; undefined where they are enough. */
export function tooFewSeeds(seeds: number): string | undefined {
  if (seeds >= fewestSeeds) return undefined;
  return seeds < 2
    ? "one seed shows no spread, a verdict needs three"
    : "two seeds show too little of their spread, a verdict needs a third";
}

/** `no difference found in 3 of 9 pairs, no verdict in 2 of 9 pairs`: those where no side is better; empty where there are none. */
export function describeUndecided(verdicts: readonly Verdict[]): string {
  const inPairs = (which: Verdict["verdict"]) => {
    const count = verdicts.filter(({ verdict }) => verdict === which).length;
    return count === 0 ? [] : [`${which} in ${count} of ${verdicts.length} ${verdicts.length === 1 ? "pair" : "pairs"}`];
  };
  return [...inPairs("no difference found"), ...inPairs("no verdict")].join(", ");
}
