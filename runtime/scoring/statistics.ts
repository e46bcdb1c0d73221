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

/** Scores of two systems that share no random draws but the test examples. */
export interface TwoSamples {
  left: Sample;
  right: Sample;
  /** Variance of the difference of the two means over resampled test examples. Absent if single examples are unknown. */
  ofDifference?: number;
}

/** The uncertainty of a mean and its sources. */
export interface Spread {
  /** Number of pre-training seeds; of two samples, the smaller one. */
  n: number;
  /** Degrees of freedom of the seeds' part. */
  freedom: number;
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
export function estimate(sample: Sample): Estimate {
  const { values, examples } = sample;
  const n = values.length;
  const mean = meanOf(values);
  if (n < 2) return withoutSpread(n, mean);
  const spread = { n, freedom: n - 1, ofSeeds: seedsPartOf(sample), ...examplesPartOf(examples?.ofMean ?? 0, sharedPartOf(sample)) };
  return withInterval(mean, spread);
}

/**
 * The difference of the means of two systems whose pre-trainings are independent, left − right, with its interval. The seeds' parts of both
 * add up, with degrees of freedom by Welch (1947) and Satterthwaite (1946). Both systems answered the same examples, so the examples' part
 * is that of the difference, less the noise of each system's seeds on the examples.
 */
export function differenceOfMeans({ left, right, ofDifference = 0 }: TwoSamples): Estimate {
  const n = Math.min(left.values.length, right.values.length);
  const mean = meanOf(left.values) - meanOf(right.values);
  if (n < 2) return withoutSpread(n, mean);
  const [a, b] = [seedsPartOf(left), seedsPartOf(right)];
  const freedom =
    a + b === 0
      ? left.values.length + right.values.length - 2
      : (a + b) ** 2 / (a ** 2 / (left.values.length - 1) + b ** 2 / (right.values.length - 1));
  return withInterval(mean, {
    n,
    freedom,
    ofSeeds: a + b,
    ...examplesPartOf(ofDifference, sharedPartOf(left) + sharedPartOf(right)),
  });
}

/** The part of the variance of a sample's mean that is due to its seeds. */
function seedsPartOf({ values }: Sample): number {
  return isConstant(values) ? 0 : varianceOf(values) / values.length;
}

/** The part of the variance of a sample's mean that is the noise of its seeds on the examples; the seeds' part includes it as well. */
function sharedPartOf({ values, examples }: Sample): number {
  return examples ? Math.max(0, (examples.ofEach - examples.ofMean) / (values.length - 1)) : 0;
}

/** @param ofMean variance of the mean over resampled examples @param shared the part of it that is also in the seeds' part */
function examplesPartOf(ofMean: number, shared: number): { ofMean: number; ofExamplesAlone: number } {
  return { ofMean, ofExamplesAlone: Math.max(0, ofMean - shared) };
}

function withInterval(
  mean: number,
  { ofMean, ...spread }: Omit<Spread, "ofExamples"> & { ofMean: number; ofExamplesAlone: number },
): Estimate {
  const ofExamples = Math.max(spread.ofExamplesAlone, ofMean - spread.ofSeeds);
  const found = { ...spread, ofExamples, mean, standardError: Math.sqrt(spread.ofSeeds + ofExamples) };
  return { ...found, ...intervalOf(found, 0.05)! };
}

function withoutSpread(n: number, mean: number): Estimate {
  return { n, freedom: 0, mean, standardError: 0, ofSeeds: 0, ofExamples: 0, ofExamplesAlone: 0, low: null, high: null };
}

/** The interval of an estimate that excludes the true value with the probability `level`; undefined without a spread. */
export function intervalOf(found: Omit<Estimate, "low" | "high">, level: number): { low: number; high: number } | undefined {
  if (found.n < 2) return undefined;
  const half = criticalValue(level, found) * found.standardError;
  return { low: found.mean - half, high: found.mean + half };
}

/**
 * Two-sided test that a difference is zero; without examples, the paired t-test or Welch's. `p` is null if no test is possible: with too few
 * seeds, or if seeds and examples show no spread while the difference is not zero.
 */
export function tested(result: Estimate): Estimate & { p: number | null } {
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
export function criticalValue(level: number, { freedom, ofSeeds, ofExamples }: Pick<Spread, "freedom" | "ofSeeds" | "ofExamples">): number {
  const student = -quantile(level / 2, freedom);
  if (ofExamples === 0) return student;
  return (ofSeeds * student - ofExamples * normalQuantile(level / 2, 0, 1)) / (ofSeeds + ofExamples);
}

/** The two-sided level that has this critical value. */
function twoSided(value: number, spread: Spread): number {
  if (spread.ofExamples === 0) return 2 * cdf(-value, spread.freedom);
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
