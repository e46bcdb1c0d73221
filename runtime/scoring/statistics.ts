import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import cdf from "@stdlib/stats-base-dists-t-cdf";
import quantile from "@stdlib/stats-base-dists-t-quantile";
import { largest, smallest } from "#runtime/contract/reductions.ts";
import { fewestSeeds } from "#runtime/contract/verdict-rules.ts";

/** Scores, or differences of scores, by pre-training seed, with their variance over the choice of test examples. */
export interface Sample {
  /** One value per pre-training seed: the mean over its fine-tunings. */
  values: readonly number[];
  /**
   * Variances over resampled test examples, which all seeds share: the mean variance of a seed's value, and the variance of the mean over
   * the seeds. Absent if single examples are unknown.
   */
  examples?: { ofEach: number; ofMean: number };
}

/** The uncertainty of a mean and its sources. */
export interface Spread {
  /** Number of pre-training seeds. */
  n: number;
  /** The part of the squared standard error that more seeds would lower. */
  ofSeeds: number;
  /** The part that is due to the choice of test examples. */
  ofExamples: number;
}

/** A mean with its 95% interval. `low` and `high` are null if there is only one value, which shows no spread. */
export interface Estimate extends Spread {
  mean: number;
  /** Standard error of the mean; 0 with one value. */
  standardError: number;
  /** The part of the examples' variance that more seeds would not reduce. */
  ofExamplesAlone: number;
  low: number | null;
  high: number | null;
}

/**
 * Mean and interval over pre-training seeds and test examples, both random and crossed: every seed answers the same examples. The seeds'
 * part of the variance of the mean is S²/n, the variance of a bootstrap of n − 1 of n seeds (McCarthy and Snowden 1985); the examples' part
 * is computed by resampling them. Both include the noise of a seed on an example, which is therefore subtracted once (two-way analysis of
 * variance, Searle 1971, section 9.6). Even if seeds agree by chance, the sum is never below the variance of the mean over resampled
 * examples. Without examples, this is Student's interval of the mean. Needs at least one value.
 */
export function estimate({ values, examples }: Sample): Estimate {
  const n = values.length;
  const mean = meanOf(values);
  if (n < 2) return { n, mean, standardError: 0, ofSeeds: 0, ofExamples: 0, ofExamplesAlone: 0, low: null, high: null };
  const ofSeeds = isConstant(values) ? 0 : varianceOf(values, mean) / n;
  const { ofEach, ofMean } = examples ?? { ofEach: 0, ofMean: 0 };
  const shared = Math.max(0, (ofEach - ofMean) / (n - 1));
  const ofExamplesAlone = Math.max(0, ofMean - shared);
  const ofExamples = Math.max(ofExamplesAlone, ofMean - ofSeeds);
  const standardError = Math.sqrt(ofSeeds + ofExamples);
  const half = criticalValue(0.05, { n, ofSeeds, ofExamples }) * standardError;
  return { n, mean, standardError, ofSeeds, ofExamples, ofExamplesAlone, low: mean - half, high: mean + half };
}

/**
 * Two-sided test that the mean of paired differences is zero; without examples, the paired t-test. `p` is null if no test is possible: with
 * too few seeds, or if all differences are equal and not zero, so that there is no spread to test against.
 */
export function pairedTest(sample: Sample): Estimate & { p: number | null } {
  const result = estimate(sample);
  if (result.n < fewestSeeds) return { ...result, p: null };
  if (result.standardError === 0) {
    return Math.abs(result.mean) <= rounding ? { ...result, low: 0, high: 0, p: 1 } : { ...result, low: null, high: null, p: null };
  }
  return { ...result, p: twoSided(Math.abs(result.mean / result.standardError), result) };
}

/**
 * The number of standard errors that are exceeded by chance with this two-sided probability: Student's t for the seeds' part and the normal
 * value for the examples' part, weighted by the parts (Cochran and Cox 1950, section 4.14). Satterthwaite's degrees of freedom would trust
 * a spread that is small by chance: with two seeds, the coverage of their 95% intervals was 87 to 93%.
 */
export function criticalValue(level: number, { n, ofSeeds, ofExamples }: Spread): number {
  const student = -quantile(level / 2, n - 1);
  if (ofExamples === 0) return student;
  return (ofSeeds * student - ofExamples * normalQuantile(level / 2, 0, 1)) / (ofSeeds + ofExamples);
}

/** The two-sided level that has this critical value. */
function twoSided(value: number, spread: Spread): number {
  if (spread.ofExamples === 0) return 2 * cdf(-value, spread.n - 1);
  let [low, high] = [Math.log(smallestP), 0];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (criticalValue(Math.exp(middle), spread) > value) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}

/** Smallest p-value; smaller ones have no meaning for real runs. */
const smallestP = 1e-12;

/**
 * Holm's correction (Holm 1979, A simple sequentially rejective multiple test procedure): the probability of any false difference among all
 * tests stays below the level. Null stays null and does not count as a test.
 */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const order = ps.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let largest = 0;
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    adjusted[index] = largest;
  });
  return adjusted;
}

export function meanOf(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("the mean of nothing");
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The unbiased variance, which divides by n − 1. */
export function varianceOf(values: ArrayLike<number>, mean = meanOf(values)): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return squares / (values.length - 1);
}

/** Rounding error of differences of equal scores, relative to 1 or to their size. */
const rounding = 1e-12;

function isConstant(values: readonly number[]): boolean {
  const spread = largest(values) - smallest(values);
  return spread <= rounding * largest(values.map(Math.abs), 1);
}
