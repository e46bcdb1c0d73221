import type { ComparisonResult, Verdict } from "./artifacts.ts";
import { describeDifference, shownLike } from "./describe-results.ts";
import { bestFirst } from "./direction.ts";
import { isBetween, seenFromRight, verdictsOn } from "./verdict-rules.ts";

/** The differences of every two systems on a score: row − column, both in the order of their means, best first. */
export interface PairMatrix {
  names: string[];
  /** By row and column; undefined where the two are the same, or are not compared. */
  cells: (MatrixCell | undefined)[][];
}

export interface MatrixCell {
  /** The difference, row − column, as it is shown. */
  text: string;
  /** The verdict on the row. */
  verdict: Verdict["verdict"];
  /** The verdict in words. */
  told: string;
}

/** The matrix of a score's pairs; undefined if there are fewer than three systems with a difference. */
export function pairMatrix({ summary, verdicts }: ComparisonResult, task: string, metric: string): PairMatrix | undefined {
  const of = verdictsOn(verdicts, task, metric);
  const compared = new Set(of.flatMap(({ left, right }) => [left, right]));
  const names = summary
    .filter((row) => row.task === task && row.metric === metric && compared.has(row.cell))
    .sort((one, other) => bestFirst(metric, one.mean, other.mean))
    .map(({ cell }) => cell);
  if (names.length < 3) return undefined;
  const between = (row: string, column: string): MatrixCell | undefined => {
    const found = of.find((each) => isBetween(each, row, column));
    return found && cellOf(found, found.left === row);
  };
  return { names, cells: names.map((row) => names.map((column) => between(row, column))) };
}

function cellOf(verdict: Verdict, inOrder: boolean): MatrixCell {
  const { difference } = verdict;
  return {
    text: shownLike(verdict)(inOrder ? difference : -difference),
    verdict: inOrder ? verdict.verdict : seenFromRight(verdict.verdict),
    told: describeDifference(verdict),
  };
}
