import type { TestFamily, Verdict } from "#runtime/contract/artifacts.ts";
import { gain } from "#runtime/contract/direction.ts";
import { rangeOfDifference } from "#runtime/contract/metric-range.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Expectation } from "#runtime/contract/spec.ts";
import { tooFewSeeds } from "#runtime/contract/verdict-rules.ts";
import { equivalenceP } from "#runtime/scoring/equivalence.ts";
import { type Gated, gatekeep } from "#runtime/scoring/gatekeeping.ts";
import { detectable, moreSeeds } from "#runtime/scoring/power.ts";
import type { Resampler } from "#runtime/scoring/resample.ts";
import { type InterimAnalyses, nominalLevel, sequentialP } from "#runtime/scoring/sequential.ts";
import { differenceOfMeans, type Estimate, estimate, intervalOf, tested } from "#runtime/scoring/statistics.ts";
import type { Arm, Runs } from "./arms.ts";
import { shareDraws, whyUnranked } from "./comparability.ts";
import { expectationsOf } from "./expected-pairs.ts";
import { bothSamples, differencesOf } from "./samples.ts";

/** A pair that is not judged, so that it has no verdict of any kind. */
export interface Unjudged {
  left: string;
  right: string;
  task: string;
  metric: string;
  why: string;
  /** Both sides have the score, but the scores are not comparable. */
  unranked: boolean;
}

/** The probability of any false difference in the whole comparison stays below this level. */
const level = 0.05;

/** The families of tests, the most important first. */
const families: readonly TestFamily[] = ["expectations", "cells", "baselines"];

/** A difference that is shown, with the family that tests it; none if it is shown only. */
interface Shown {
  left: Arm;
  right: Arm;
  task: string;
  metric: string;
  family: TestFamily | undefined;
  /** For a test of equivalence: the largest difference that counts as none. */
  margin: number | undefined;
  paired: boolean;
  test: Estimate & { p: number | null };
}

/**
 * The differences between every two cells and between every cell and its baselines, for each score, with the verdicts of those that are
 * tested: first the declared expectations, then pairs of cells on the main metric of each task, then cells with their baselines on it. Other
 * metrics are shown without tests, and a constant baseline has no seeds to test.
 */
export function verdictsOf(
  job: CompareJob,
  arms: readonly Arm[],
  runs: Runs,
  from: Resampler,
): { verdicts: Verdict[]; unjudged: Unjudged[] } {
  const unjudged: Unjudged[] = [];
  const shown = job.tasks.flatMap(({ task, metrics }) =>
    metrics.flatMap((metric) =>
      pairsOf(arms).flatMap(([left, right]): Shown[] => {
        const pair = { left: left.name, right: right.name, task, metric };
        const paired = shareDraws(job, left, right, runs);
        const difference = paired ? pairedDifference(left, right, task, metric, from) : independent(left, right, task, metric, from);
        if (!difference) {
          unjudged.push({ ...pair, why: whyNoPair(left, right, task, metric), unranked: false });
          return [];
        }
        const why = whyUnranked(job, metric, left, right, runs);
        if (why) {
          unjudged.push({ ...pair, why, unranked: true });
          return [];
        }
        const expected = expectationsOf(job, left, right, task, metric, arms);
        return testsOf(expected, right, metric === metrics[0]).map((which) => ({
          left,
          right,
          task,
          metric,
          paired,
          ...which,
          test: tested(difference),
        }));
      }),
    ),
  );
  const gated = gatesOf(shown, job.interimAnalyses);
  return { verdicts: shown.map((each, index) => verdictOf(each, gated[index], job.interimAnalyses)), unjudged };
}

/** The tests of a pair on a score: those that expectations ask for, else the one of its family. */
function testsOf(expected: readonly Expectation[], right: Arm, isMain: boolean): Pick<Shown, "family" | "margin">[] {
  const margins = [...new Set(expected.map(({ margin }) => margin))];
  if (margins.length > 0) return margins.map((margin) => ({ family: "expectations" as const, margin }));
  const family = right.kind === "cell" ? ("cells" as const) : ("baselines" as const);
  return [{ family: isMain ? family : undefined, margin: undefined }];
}

/** What each difference may spend and what was found; undefined for those that are not tested. */
function gatesOf(shown: readonly Shown[], interimAnalyses: InterimAnalyses | undefined): (Gated | undefined)[] {
  const members = families.map((family) => shown.filter((each) => each.family === family));
  const gated = gatekeep(
    members.map((family) => family.map((each) => spentP(each, interimAnalyses))),
    level,
  );
  return shown.map((each) => {
    const family = members.findIndex((of) => of.includes(each));
    return family < 0 ? undefined : (gated[family]![members[family]!.indexOf(each)] ?? undefined);
  });
}

/** The p-value of a test, adjusted for the interim analyses before. */
function spentP({ test, margin }: Shown, interimAnalyses: InterimAnalyses | undefined): number | null {
  const p = margin === undefined || test.p === null ? test.p : equivalenceP(test, margin);
  return p === null || !interimAnalyses ? p : sequentialP(p, interimAnalyses);
}

function verdictOf(
  { left, right, task, metric, family, margin, paired, test }: Shown,
  gated: Gated | undefined,
  interimAnalyses: InterimAnalyses | undefined,
): Verdict {
  const own = gated && (interimAnalyses ? nominalLevel(gated.level, interimAnalyses) : gated.level);
  // two one-sided tests at a level belong to the two-sided interval at twice the level
  const interval = own === undefined || test.p === null ? undefined : intervalOf(test, margin === undefined ? own : 2 * own);
  const judged = judge(metric, family, margin, test, gated, interval);
  const isOpen = judged.verdict === "no difference found" && own !== undefined && test.standardError > 0;
  return {
    left: left.name,
    right: right.name,
    task,
    metric,
    ...(family ? { family } : {}),
    ...(margin === undefined ? {} : { margin }),
    test: paired ? "paired" : "Welch",
    n: test.n,
    difference: test.mean,
    ...within(metric, interval ?? { low: null, high: null }),
    ...(gated ? { level: gated.level } : {}),
    ...plain(within(metric, test)),
    p: gated ? gated.adjusted : null,
    ...judged,
    detectable: isOpen ? detectable(test, own) : null,
    more_seeds: isOpen ? moreSeeds(test, own) : null,
  };
}

/** An interval within the range of differences of a metric. */
function within(metric: string, { low, high }: Pick<Estimate, "low" | "high">): Pick<Estimate, "low" | "high"> {
  const [least, most] = rangeOfDifference(metric);
  return { low: low === null ? null : Math.max(least, low), high: high === null ? null : Math.min(most, high) };
}

function plain({ low, high }: Pick<Estimate, "low" | "high">): Pick<Verdict, "low_95" | "high_95"> {
  return { low_95: low, high_95: high };
}

function pairedDifference(left: Arm, right: Arm, task: string, metric: string, from: Resampler): Estimate | undefined {
  const sample = differencesOf(left, right, task, metric, from);
  return sample.values.length === 0 ? undefined : estimate(sample);
}

function independent(left: Arm, right: Arm, task: string, metric: string, from: Resampler): Estimate | undefined {
  const samples = bothSamples(left, right, task, metric, from);
  return samples && differenceOfMeans(samples);
}

/** Names the side of a pair that lacks the score; the missing scores have the reasons. */
function whyNoPair(left: Arm, right: Arm, task: string, metric: string): string {
  const lacking = [left, right].filter(({ measured }) => !measured.some((run) => run.task === task && run.values.has(metric)));
  return lacking.length === 0
    ? "they share no seed"
    : `${lacking.map(({ name }) => name).join(" and ")} ${lacking.length > 1 ? "have" : "has"} no such score`;
}

/** The verdict of a test, for all outputs. */
function judge(
  metric: string,
  family: TestFamily | undefined,
  margin: number | undefined,
  { n, mean, p }: Shown["test"],
  gated: Gated | undefined,
  interval: { low: number; high: number } | undefined,
): Pick<Verdict, "verdict" | "why"> {
  if (!family) return { verdict: "not tested" };
  if (p === null) return { verdict: "no verdict", why: tooFewSeeds(n) ?? sameEverywhere(n) };
  const side = gain(metric, mean) > 0 ? "better" : "worse";
  if (margin === undefined) return { verdict: gated?.found ? side : "no difference found" };
  if (gated?.found) return { verdict: "equal" };
  return { verdict: interval && (interval.low > margin || interval.high < -margin) ? side : "undecided" };
}

function sameEverywhere(n: number): string {
  return `the difference is the same in all ${n} seeds; without spread, it cannot be tested`;
}

/** Every two cells, then every cell with its baselines. A constant baseline is not compared. */
function pairsOf(arms: readonly Arm[]): [Arm, Arm][] {
  const cells = arms.filter((arm) => arm.kind === "cell");
  const baselines = arms.filter((arm) => arm.kind === "scratch" || arm.kind === "checkpoint");
  return [
    ...cells.flatMap((left, index) => cells.slice(index + 1).map((right): [Arm, Arm] => [left, right])),
    ...cells.flatMap((cell) =>
      baselines.filter((baseline) => baseline.of.includes(cell.name)).map((baseline): [Arm, Arm] => [cell, baseline]),
    ),
  ];
}
