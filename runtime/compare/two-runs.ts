import cdf from "@stdlib/stats-base-dists-binomial-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";
import type { Items } from "#runtime/scoring/items.ts";
import { resampler } from "#runtime/scoring/resample.ts";
import { varianceOf } from "#runtime/scoring/statistics.ts";

/** The difference of two runs' scores on the examples that both answered, with its uncertainty due to the choice of examples. */
export interface ScoreDifference {
  difference: number;
  /** 95% interval over test examples; it does not include the variation between seeds. */
  low: number;
  high: number;
  /** p-value of McNemar's exact test, for accuracy; null for other metrics. */
  p: number | null;
}

/** The difference of two runs; undefined if they answered different examples, or if the metric cannot be computed on resamples. */
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
 * The exact two-sided p-value of McNemar's test that two classifiers are equally accurate, from the examples that only one of them gets
 * right (McNemar 1947; the binomial form, as SciPy's `binomtest`).
 */
export function mcnemar(onlyLeft: number, onlyRight: number): number {
  const n = onlyLeft + onlyRight;
  return n === 0 ? 1 : Math.min(1, 2 * cdf(Math.min(onlyLeft, onlyRight), n, 0.5));
}
