import chiSquare from "@stdlib/stats-base-dists-chisquare-quantile";
import normal from "@stdlib/stats-base-dists-normal-cdf";
import { criticalValue, type Estimate, type Spread } from "./statistics.ts";

/** How often a difference that is called findable is found. */
const wanted = 0.8;

/** More seeds than this nobody is advised to run. */
const mostSeeds = 100;

/**
 * The true difference that a design like this one finds four times in five, at a level of the test. The seeds' spread is itself
 * an estimate, from few seeds a rough one, and so is that of the run which is to find the difference: the power is the average over
 * both (assurance, O'Hagan et al. 2005), so that over many comparisons it is what was announced.
 */
export function detectable({ n, ofSeeds, ofExamples }: Spread, level: number): number {
  const variance = ofSeeds + ofExamples;
  return findable(n, Number((ofSeeds / variance).toFixed(2)), Number(level.toPrecision(3))) * Math.sqrt(variance);
}

/** In standard errors. Verdicts of one design share it, nearly. */
function findable(n: number, seedsPart: number, level: number): number {
  const key = `${n} ${seedsPart} ${level}`;
  const known = factors.get(key);
  if (known !== undefined) return known;
  const spreads = spreadsOf(n, seedsPart);
  const criticals = spreads.map((spread) => criticalValue(level, spread) * errorOf(spread));
  const power = (factor: number) =>
    averageOf(spreads, (announced) => averageOf(criticals, (critical) => tails(factor * errorOf(announced), critical)));
  const factor = bisect((each) => power(each) >= wanted);
  factors.set(key, factor);
  return factor;
}

const factors = new Map<string, number>();

/**
 * How many more pre-training seeds find the difference that was seen four times in five, if it is the true one. Null where
 * it takes more than a hundred, or where the test set is too small for any number.
 */
export function moreSeeds({ n, mean, ofSeeds, ofExamples, ofExamplesAlone }: Estimate, level: number): number | null {
  const finds = (seeds: number) => {
    const part = (ofSeeds * n) / seeds;
    const variance = part + ofExamplesAlone + ((ofExamples - ofExamplesAlone) * n) / seeds;
    const spreads = spreadsOf(seeds, part / variance);
    const difference = Math.abs(mean) / Math.sqrt(variance);
    return averageOf(spreads, (spread) => tails(difference, criticalValue(level, spread) * errorOf(spread))) >= wanted;
  };
  let [low, high] = [n, Math.max(n + 1, mostSeeds)];
  if (!finds(high)) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (finds(middle)) high = middle;
    else low = middle;
  }
  return high - n;
}

/** How often a standard normal value around `difference` is beyond ±`critical`. */
function tails(difference: number, critical: number): number {
  return normal(difference - critical, 0, 1) + normal(-difference - critical, 0, 1);
}

/** Equally likely estimates of a squared standard error whose truth is 1, of which the seeds have this part. */
function spreadsOf(n: number, seedsPart: number): Spread[] {
  return chiSquares(n - 1).map((square) => ({ n, ofSeeds: seedsPart * square, ofExamples: 1 - seedsPart }));
}

function errorOf({ ofSeeds, ofExamples }: Spread): number {
  return Math.sqrt(ofSeeds + ofExamples);
}

/** Middles of equally likely parts of χ² over its degrees of freedom. */
function chiSquares(freedom: number): number[] {
  const known = squares.get(freedom);
  if (known) return known;
  const made = Array.from({ length: parts }, (_, part) => chiSquare((part + 0.5) / parts, freedom) / freedom);
  squares.set(freedom, made);
  return made;
}

const squares = new Map<number, number[]>();
const parts = 40;

/** Where a condition that holds from some positive number on begins to hold. */
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
