import type { Verdict } from "./artifacts.ts";
import { isBetween } from "./verdict-rules.ts";

/** Whether verdicts rank these cells. Scores of different objectives, tokens or texts are shown side by side, but not ranked. */
export function areRanked(verdicts: readonly Verdict[], cells: readonly string[], task: string, metric: string): boolean {
  const judged = verdicts.filter((each) => each.task === task && each.metric === metric);
  const isJudged = (one: string, other: string) => judged.some((each) => isBetween(each, one, other));
  return cells.every((cell, index) => cells.slice(0, index).every((other) => isJudged(other, cell)));
}
