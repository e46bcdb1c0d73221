import type { Verdict } from "#runtime/contract/artifacts.ts";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { gain } from "#runtime/contract/direction.ts";
import { describeLost } from "#runtime/contract/lost-text.ts";
import type { CompareJob, PretrainJob, ResolvedObjective } from "#runtime/contract/plan.ts";
import { tooFewSeeds } from "#runtime/contract/verdict-rules.ts";
import { detectable, moreSeeds } from "#runtime/scoring/power.ts";
import type { Resampler } from "#runtime/scoring/resample.ts";
import { nominalLevel, sequentialP } from "#runtime/scoring/sequential.ts";
import { type Estimate, holm, pairedTest } from "#runtime/scoring/statistics.ts";
import type { Arm, Runs } from "./arms.ts";
import { differencesOf } from "./samples.ts";

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

/** A difference counts as found if its adjusted p is below this level. */
const level = 0.05;

/**
 * The verdicts on every pair of cells and on every cell with its baselines, for each score. All tests form one family: the probability
 * of any false difference in the whole comparison stays below the level.
 */
export function verdictsOf(
  job: CompareJob,
  arms: readonly Arm[],
  runs: Runs,
  from: Resampler,
): { verdicts: Verdict[]; unjudged: Unjudged[] } {
  const unjudged: Unjudged[] = [];
  const tested = job.tasks.flatMap(({ task, metrics }) =>
    metrics.flatMap((metric) =>
      pairsOf(arms).flatMap(([left, right]) => {
        const sample = differencesOf(left, right, task, metric, from);
        const pair = { left: left.name, right: right.name, task, metric };
        if (sample.values.length === 0) {
          unjudged.push({ ...pair, why: whyNoPair(left, right, task, metric), unranked: false });
          return [];
        }
        const why = isOfCorpus(metric) && right.kind === "cell" ? whyUnranked(job, metric, left, right, runs) : undefined;
        if (why) {
          unjudged.push({ ...pair, why, unranked: true });
          return [];
        }
        return [{ left, right, task, metric, test: pairedTest(sample) }];
      }),
    ),
  );
  const { interimAnalyses } = job;
  const adjusted = holm(tested.map(({ test: { p } }) => (p === null || !interimAnalyses ? p : sequentialP(p, interimAnalyses))));
  const open = adjusted.filter((p) => p !== null && p >= level).length;
  // Holm's threshold for the next smallest p, after the differences that were found
  const next = interimAnalyses ? nominalLevel(level / open, interimAnalyses) : level / open;
  const verdicts = tested.map(({ left, right, task, metric, test }, index): Verdict => {
    const p = adjusted[index]!;
    const judged = judge(metric, test, p);
    const undecided = judged.verdict === "no difference found" && test.standardError > 0;
    return {
      left: left.name,
      right: right.name,
      task,
      metric,
      n: test.n,
      difference: test.mean,
      low: test.low,
      high: test.high,
      p,
      ...judged,
      detectable: undecided ? detectable(test, next) : null,
      more_seeds: undecided ? moreSeeds(test, next) : null,
    };
  });
  return { verdicts, unjudged };
}

/** Names the side of a pair that lacks the score; the missing scores have the reasons. */
function whyNoPair(left: Arm, right: Arm, task: string, metric: string): string {
  const lacking = [left, right].filter(({ measured }) => !measured.some((run) => run.task === task && run.values.has(metric)));
  return lacking.length === 0
    ? "they share no seed"
    : `${lacking.map(({ name }) => name).join(" and ")} ${lacking.length > 1 ? "have" : "has"} no such score`;
}

/** The verdict of a test, for all outputs. @param p corrected p-value */
function judge(metric: string, { n, mean }: Estimate, p: number | null): Pick<Verdict, "verdict" | "why"> {
  if (p === null) return { verdict: "no verdict", why: tooFewSeeds(n) ?? sameEverywhere(n) };
  if (p >= level) return { verdict: "no difference found" };
  return { verdict: gain(metric, mean) > 0 ? "better" : "worse" };
}

function sameEverywhere(n: number): string {
  return `the difference is the same in all ${n} seeds; without spread, it cannot be tested`;
}

function pairsOf(arms: readonly Arm[]): [Arm, Arm][] {
  const cells = arms.filter((arm) => arm.kind === "cell");
  const baselines = arms.filter((arm) => arm.kind !== "cell");
  return [
    ...cells.flatMap((left, index) => cells.slice(index + 1).map((right): [Arm, Arm] => [left, right])),
    ...cells.flatMap((cell) =>
      baselines.filter((baseline) => baseline.of.includes(cell.name)).map((baseline): [Arm, Arm] => [cell, baseline]),
    ),
  ];
}

function isOfCorpus(metric: string): boolean {
  return metricOf(metric)?.of.includes("corpus") ?? false;
}

/** Why the language modelling scores of two cells are not comparable; undefined if they are. */
function whyUnranked(job: CompareJob, metric: string, left: Arm, right: Arm, runs: Runs): string | undefined {
  const [one, other] = [pretrainingOf(job, left, runs), pretrainingOf(job, right, runs)];
  if (!one || !other) return undefined;
  if (predictionOf(metric, one.objective) !== predictionOf(metric, other.objective)) {
    return `${metric} of different objectives is not ranked: each measures a different prediction. Fine-tune on a task to compare them`;
  }
  if (one.tokenizer === other.tokenizer) return undefined;
  const changed = [
    [left, one],
    [right, other],
  ].flatMap(([arm, pretrain]) => whyChanged((arm as Arm).name, (pretrain as PretrainJob).encoded, runs) ?? []);
  if (metric !== "bits_per_byte") {
    const instead = changed.length === 0 ? "Compare bits_per_byte" : "Fine-tune on a task to compare them";
    return `${metric} with different tokenizers is not ranked: each counts different tokens. ${instead}`;
  }
  if (changed.length === 0) return undefined;
  return `bits_per_byte with different tokenizers is ranked only if both reproduce the text: ${changed.join("; ")}. Fine-tune on a task to compare them`;
}

/** Why a cell predicts a text that differs from the corpus; undefined if its tokenizer reproduces the corpus. */
function whyChanged(cell: string, encoded: string, runs: Runs): string | undefined {
  const { roundTrip } = runs.encoded(encoded) ?? {};
  if (!roundTrip) return `whether the tokenizer of ${cell} does is unknown, as its encoded corpus is missing`;
  const lost = describeLost(roundTrip);
  return lost && `the tokenizer of ${cell} does not, as ${lost}`;
}

/**
 * Identifies the quantity that a score measures. The loss depends on every setting of an objective, since it is computed on its own
 * targets; other scores depend only on the kind of objective.
 */
function predictionOf(metric: string, objective: ResolvedObjective): string {
  return JSON.stringify(objective, (key, value: unknown) => {
    if (key === "name") return undefined;
    const isOneObjective = typeof value === "object" && value !== null && "kind" in value && !("parts" in value);
    return metric !== "loss" && isOneObjective ? value.kind : value;
  });
}

function pretrainingOf(job: CompareJob, arm: Arm, runs: Runs): PretrainJob | undefined {
  const id = job.cells.find(({ cell }) => cell === arm.name)?.runs[0]?.pretrain;
  const found = id === undefined ? undefined : runs.job(id);
  return found?.kind === "pretrain" ? found : undefined;
}
