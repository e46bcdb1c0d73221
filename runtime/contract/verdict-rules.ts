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

/** The verdicts on the differences of a score, without tests of equivalence. */
export function verdictsOn(verdicts: readonly Verdict[], task: string, metric: string): Verdict[] {
  return verdicts.filter((each) => each.task === task && each.metric === metric && each.margin === undefined);
}

/** Whether a verdict is on these two systems, in either order. */
export function isBetween({ left, right }: Pick<Verdict, "left" | "right">, one: string, other: string): boolean {
  return (left === one && right === other) || (left === other && right === one);
}

/** A verdict as the other side sees it. */
export function seenFromRight(verdict: Verdict["verdict"]): Verdict["verdict"] {
  if (verdict === "better") return "worse";
  return verdict === "worse" ? "better" : verdict;
}
