import chiSquare from "@stdlib/stats-base-dists-chisquare-quantile";
import normal from "@stdlib/stats-base-dists-normal-cdf";
import { criticalValue, type Estimate, type Spread } from "./statistics.ts";

/** The power with which a difference that is called findable is found. */
const targetPower = 0.8;

/** Maximum number of additional seeds to suggest. */
const maxSeeds = 100;

/**
 * The true difference that a design like this one detects with a power of 80%, at a level of the test. The spread over seeds is an
 * estimate, which is rough with few seeds, both here and in the comparison that is to find the difference. The power is averaged over both
 * estimates (assurance, O'Hagan et al. 2005), so that it is correct over many comparisons.
 */
export function detectable({ freedom, ofSeeds, ofExamples }: Spread, level: number): number {
  const variance = ofSeeds + ofExamples;
  // rounded, so that the verdicts of a comparison share their work; the factor changes by less than 2%
  return (
    findable(Math.round(freedom * 4) / 4, Math.round((ofSeeds / variance) * 20) / 20, Number(level.toPrecision(2))) * Math.sqrt(variance)
  );
}

/** The findable difference in standard errors, which is nearly the same for all verdicts of a design. */
function findable(freedom: number, seedsPart: number, level: number): number {
  const key = `${freedom} ${seedsPart} ${level}`;
  const known = factors.get(key);
  if (known !== undefined) return known;
  const spreads = spreadsOf(freedom, seedsPart);
  const criticals = spreads.map((spread) => criticalValue(level, spread) * errorOf(spread));
  const power = (factor: number) =>
    averageOf(spreads, (announced) => averageOf(criticals, (critical) => tails(factor * errorOf(announced), critical)));
  const factor = bisect((each) => power(each) >= targetPower);
  factors.set(key, factor);
  return factor;
}

const factors = new Map<string, number>();

/**
 * The number of additional pre-training seeds that detect the observed difference with a power of 80%, if it is the true one. Null if more
 * than a hundred are needed, or if the test set is too small for any number.
 */
export function moreSeeds({ n, freedom, mean, ofSeeds, ofExamples, ofExamplesAlone }: Estimate, level: number): number | null {
  const finds = (seeds: number) => {
    const part = (ofSeeds * n) / seeds;
    const variance = part + ofExamplesAlone + ((ofExamples - ofExamplesAlone) * n) / seeds;
    const spreads = spreadsOf((freedom * (seeds - 1)) / (n - 1), part / variance);
    const difference = Math.abs(mean) / Math.sqrt(variance);
    return averageOf(spreads, (spread) => tails(difference, criticalValue(level, spread) * errorOf(spread))) >= targetPower;
  };
  let [low, high] = [n, Math.max(n + 1, maxSeeds)];
  if (!finds(high)) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (finds(middle)) high = middle;
    else low = middle;
  }
  return high - n;
}

/** The probability that a normal value with mean `difference` and variance 1 is beyond ±`critical`. */
function tails(difference: number, critical: number): number {
  return normal(difference - critical, 0, 1) + normal(-difference - critical, 0, 1);
}

/** Equally likely estimates of a squared standard error whose true value is 1; `seedsPart` is the part of it that is due to seeds. */
function spreadsOf(freedom: number, seedsPart: number): Parts[] {
  return chiSquares(freedom).map((square) => ({ freedom, ofSeeds: seedsPart * square, ofExamples: 1 - seedsPart }));
}

type Parts = Pick<Spread, "freedom" | "ofSeeds" | "ofExamples">;

function errorOf({ ofSeeds, ofExamples }: Parts): number {
  return Math.sqrt(ofSeeds + ofExamples);
}

/** Medians of equally likely intervals of χ² divided by its degrees of freedom. */
function chiSquares(freedom: number): number[] {
  const known = squares.get(freedom);
  if (known) return known;
  const made = Array.from({ length: parts }, (_, part) => chiSquare((part + 0.5) / parts, freedom) / freedom);
  squares.set(freedom, made);
  return made;
}

const squares = new Map<number, number[]>();
const parts = 24;

/** The positive number from which a monotone condition holds. */
function bisect(holds: (value: number) => boolean): number {
  let [low, high] = [0, 1];
  while (!holds(high)) [low, high] = [high, high * 2];
  for (let step = 0; step < 25; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function averageOf<T>(values: readonly T[], of: (value: T) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}
