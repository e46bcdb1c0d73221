import type { ComparisonResult, Verdict } from "./artifacts.ts";
import { bestFirst, gain } from "./direction.ts";
import { lettersOf } from "./letters.ts";
import { listed } from "./listed.ts";
import { formatScore } from "./numbers.ts";
import { isBetween, isFound, verdictsOn } from "./verdict-rules.ts";

type Row = ComparisonResult["summary"][number];
type Answered = Pick<ComparisonResult, "summary" | "verdicts" | "unlearned">;

/** The answer of a comparison on the main metric of a task. */
export interface Answer {
  task: string;
  metric: string;
  /** One sentence: which cells are best, which follow, and how they compare with their baselines. */
  sentence: string;
  /** Its first part, which names the best cells, as a part of a line. */
  short: string;
}

/** The answers of a comparison, one for each task whose scores are ranked, in the order of the tasks. */
export function answersOf(result: Answered): Answer[] {
  return mainScores(result).flatMap(({ task, metric }) => {
    const parts = partsOf(result, task, metric);
    return parts.length === 0 ? [] : [{ task, metric, sentence: `${parts.join("; ").replace(/^no /, "No ")}.`, short: parts[0]! }];
  });
}

/** The main metric of each task, which is its first one. */
export function mainScores({ summary }: Pick<ComparisonResult, "summary">): { task: string; metric: string }[] {
  return summary.filter(({ task }, index) => summary.findIndex((each) => each.task === task) === index);
}

/**
 * Letters for the systems of a score: those that share a letter were not found to differ. A system that was not compared with every cell,
 * such as the scratch baseline of one architecture, has none. Empty if no pair of the score has a verdict.
 */
export function lettersFor(
  { summary, verdicts }: Pick<ComparisonResult, "summary" | "verdicts">,
  task: string,
  metric: string,
): Map<string, string> {
  const of = verdictsOn(verdicts, task, metric);
  if (!of.some(({ p }) => p !== null)) return new Map();
  const isCompared = (one: string, other: string) => of.some((each) => isBetween(each, one, other));
  const ofScore = summary.filter((row) => row.task === task && row.metric === metric);
  const cells = ofScore.filter(({ baseline }) => !baseline).map(({ cell }) => cell);
  const rows = ofScore
    .filter(({ cell }) => cells.every((other) => other === cell || isCompared(cell, other)))
    .sort((one, other) => bestFirst(metric, one.mean, other.mean));
  const differ = (one: number, other: number) => betterOf(of, rows[one]!.cell, rows[other]!.cell) !== undefined;
  const letters = lettersOf(rows.length, differ);
  return new Map(rows.map(({ cell }, index) => [cell, letters[index]!]));
}

/** A cell that did not learn has no place among the others. */
function partsOf({ summary, verdicts, unlearned = [] }: Answered, task: string, metric: string): string[] {
  const without = new Set(unlearned.filter(({ whole }) => whole).map(({ cell }) => cell));
  const of = verdictsOn(verdicts, task, metric);
  const cells = summary
    .filter((row) => row.task === task && row.metric === metric && !row.baseline && !without.has(row.cell))
    .sort((one, other) => bestFirst(metric, one.mean, other.mean));
  const last = without.size === 0 ? [] : [`${listed([...without])} did not learn`];
  if (of.length === 0 || cells.length === 0) return last;
  const [unjudged] = of;
  if (of.every(({ verdict }) => verdict === "no verdict")) return [`no verdict on ${nameOf(task, metric)}: ${unjudged!.why}`];
  return [...rankingOf(cells, of, task, metric), ...againstBaselines(cells, of), ...last];
}

/** Which cells are best, and which follow, in tiers: every member of a tier was found to be better than every member of those after it. */
function rankingOf(cells: readonly Row[], verdicts: readonly Verdict[], task: string, metric: string): string[] {
  const on = nameOf(task, metric);
  const tiers = tiersOf(cells, verdicts);
  const [first, ...rest] = tiers;
  const told = (row: Row) => `${row.cell} (${formatScore(metric, row.mean, row.standard_error)})`;
  if (!first) return [];
  if (cells.length === 1) return [`${cells[0]!.cell} reaches ${formatScore(metric, cells[0]!.mean, cells[0]!.standard_error)} on ${on}`];
  if (rest.length === 0) {
    const inside = insideOf(first, verdicts);
    const names = listed(first.map(told));
    return [inside === "" ? `no difference found between ${names} on ${on}` : `no cell is best on ${on} among ${names}: ${inside}`];
  }
  if (cells.length === 2) return [`${told(cells[0]!)} is better than ${told(cells[1]!)} on ${on}`];
  return [
    first.length === 1 ? `${told(first[0]!)} is best on ${on}` : `${listed(first.map(told))} are best on ${on}${between(first, verdicts)}`,
    ...rest.map((tier, index) => {
      if (tier.length > 1) return `${listed(tier.map(told))} follow${between(tier, verdicts)}`;
      return `${told(tier[0]!)} ${index === rest.length - 1 ? "is last" : "follows"}`;
    }),
  ];
}

function between(tier: readonly Row[], verdicts: readonly Verdict[]): string {
  const inside = insideOf(tier, verdicts);
  return inside === "" ? `, with no difference found between ${tier.length === 2 ? "the two" : "them"}` : `, of which ${inside}`;
}

/** The differences within a tier, as `a is better than b`; empty if there are none. */
function insideOf(tier: readonly Row[], verdicts: readonly Verdict[]): string {
  return listed(
    tier.flatMap(({ cell }) => {
      const worse = tier.filter((other) => betterOf(verdicts, cell, other.cell) === cell).map((other) => other.cell);
      return worse.length === 0 ? [] : [`${cell} is better than ${listed(worse)}`];
    }),
  ).replace(/^nothing$/, "");
}

function tiersOf(cells: readonly Row[], verdicts: readonly Verdict[]): Row[][] {
  const tiers: Row[][] = [];
  let start = 0;
  for (let end = 1; end <= cells.length; end++) {
    const isParted =
      end === cells.length ||
      cells.slice(0, end).every(({ cell }) => cells.slice(end).every((other) => betterOf(verdicts, cell, other.cell) === cell));
    if (!isParted) continue;
    tiers.push(cells.slice(start, end));
    start = end;
  }
  return tiers;
}

/** How the cells compare with their baselines: `clm and mlm are better than scratch`, `t5 is worse than scratch`. */
function againstBaselines(cells: readonly Row[], verdicts: readonly Verdict[]): string[] {
  const names = new Set(cells.map(({ cell }) => cell));
  const held = verdicts.filter(({ left, right }) => names.has(left) && !names.has(right));
  const baselines = [...new Set(held.map(({ right }) => kindOf(right)))];
  return baselines.flatMap((baseline) => {
    const of = held.filter(({ right }) => kindOf(right) === baseline);
    const which = (isIt: (verdict: Verdict) => boolean) => of.filter(isIt).map(({ left }) => left);
    const better = which(({ verdict }) => verdict === "better");
    const worse = which(({ verdict }) => verdict === "worse");
    const neither = which((verdict) => !isFound(verdict));
    if (better.length + worse.length === 0) return [`no difference found from ${baseline}`];
    return [
      ...(better.length > 0 ? [`${listed(better)} ${are(better)} better than ${baseline}`] : []),
      ...(worse.length > 0 ? [`${listed(worse)} ${are(worse)} worse than ${baseline}`] : []),
      ...(neither.length > 0 ? [`no difference found between ${listed(neither)} and ${baseline}`] : []),
    ];
  });
}

function are(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

/** `scratch` for the scratch baseline of any architecture. */
function kindOf(baseline: string): string {
  return baseline.startsWith("scratch") ? "scratch" : baseline;
}

/** The better of two systems; undefined if no difference was found. */
function betterOf(verdicts: readonly Verdict[], one: string, other: string): string | undefined {
  const found = verdicts.find((each) => isBetween(each, one, other));
  if (!found || !isFound(found)) return undefined;
  return gain(found.metric, found.difference) > 0 ? found.left : found.right;
}

/** The name of a task; the metric alone for scores of the corpus. */
function nameOf(task: string, metric: string): string {
  return task === "" ? metric : task;
}
