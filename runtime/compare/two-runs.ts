import cdf from "@stdlib/stats-base-dists-binomial-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";
import type { Items } from "#runtime/scoring/items.ts";
import { resampler } from "#runtime/scoring/resample.ts";
import { varianceOf } from "#runtime/scoring/statistics.ts";

/** How far two runs' scores differ on the examples that both answered, as far as the choice of examples goes. */
export interface ScoreDifference {
  difference: number;
  /** 95% interval over test examples; it says nothing of other seeds. */
  low: number;
  high: number;
  /** Exact test of McNemar, of accuracy; null for another metric. */
  p: number | null;
}

/** Undefined where they answered other examples, or the metric cannot be computed on chosen ones. */
export function scoreDifference(left: Items, right: Items, metric: string): ScoreDifference | undefined {
  const from = resampler((job) => (job === "left" ? left : right));
  const [a, b] = [from.resample("left", metric), from.resample("right", metric)];
  if (!a || !b || a.examples !== b.examples) return undefined;
  const all = Int32Array.from(left.ids.keys());
  const difference = left.scorer(metric)!(all) - right.scorer(metric)!(all);
  const differences = a.scores.map((score, index) => score - b.scores[index]!);
  const half = quantile(0.975, 0, 1) * Math.sqrt(a.scale * varianceOf(differences));
  const only = (sign: number) => differences.filter((each) => each * sign > 0).length;
  return { difference, low: difference - half, high: difference + half, p: metric === "accuracy" ? mcnemar(only(1), only(-1)) : null };
}

/**
 * Whether two classifiers are right equally often, from the examples that one alone gets right: exact, two-sided (McNemar 1947; the
 * binomial form as SciPy's `binomtest`).
 */
export function mcnemar(onlyLeft: number, onlyRight: number): number {
  const n = onlyLeft + onlyRight;
  return n === 0 ? 1 : Math.min(1, 2 * cdf(Math.min(onlyLeft, onlyRight), n, 0.5));
}
