import { type Estimate, tested } from "./statistics.ts";

/**
 * The p-value of two one-sided tests that a difference lies within ±margin (Schuirmann 1987): the larger of the two. At a level, equivalence
 * is found exactly where the two-sided interval at twice the level lies within the margin. One if no test is possible.
 */
export function equivalenceP(difference: Estimate, margin: number): number {
  return Math.max(oneSided(difference, difference.mean + margin), oneSided(difference, margin - difference.mean));
}

/** The p-value of the one-sided test that a distance is positive. */
function oneSided(difference: Estimate, distance: number): number {
  const { p } = tested({ ...difference, mean: distance });
  if (p === null) return 1;
  return distance > 0 ? p / 2 : 1 - p / 2;
}
