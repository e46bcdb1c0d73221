import cdf from "@stdlib/stats-base-dists-t-cdf";
import quantile from "@stdlib/stats-base-dists-t-quantile";

/** A mean with its 95% interval. `low` and `high` are null where one value alone shows no spread. */
export interface Estimate {
  n: number;
  mean: number;
  /** Standard error of the mean; 0 with one value. */
  standardError: number;
  low: number | null;
  high: number | null;
}

/** Student's t interval of the mean (Student 1908), n − 1 degrees of freedom. Needs a value. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = meanOf(values);
  const standardError = standardErrorOf(values, mean);
  if (n < 2) return { n, mean, standardError, low: null, high: null };
  const half = quantile(0.975, n - 1) * standardError;
  return { n, mean, standardError, low: mean - half, high: mean + half };
}

/**
 * Two-sided paired t-test: whether the mean of the differences is zero. `p` is null where the differences cannot say: fewer than
 * two, or all the same and not zero, where there is no spread to hold them against.
 */
export function pairedTest(differences: readonly number[]): Estimate & { p: number | null } {
  const { n, mean, standardError, ...interval } = estimate(differences);
  if (n < 2) return { n, mean, standardError, ...interval, p: null };
  if (isConstant(differences)) {
    return Math.abs(mean) <= rounding
      ? { n, mean, standardError: 0, low: 0, high: 0, p: 1 }
      : { n, mean, standardError: 0, low: null, high: null, p: null };
  }
  const t = mean / standardError;
  return { n, mean, standardError, ...interval, p: 2 * cdf(-Math.abs(t), n - 1) };
}

/**
 * Holm's correction (Holm 1979, A simple sequentially rejective multiple test procedure): the chance of one false difference
 * among all tests stays below the level. Null stays null and is not counted as a test.
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

export function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the mean of nothing");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardErrorOf(values: readonly number[], mean: number): number {
  if (values.length < 2) return 0;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Differences of equal scores may differ by so much, relative to 1 or to their size. */
const rounding = 1e-12;

function isConstant(values: readonly number[]): boolean {
  const spread = Math.max(...values) - Math.min(...values);
  return spread <= rounding * Math.max(1, ...values.map(Math.abs));
}
