import normal from "@stdlib/stats-base-dists-normal-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";

/** The interim analyses of a comparison whose seeds are added one by one. */
export interface InterimAnalyses {
  /** Number of seeds at each interim analysis, ending with the current one, in ascending order. */
  seeds: readonly number[];
  /** Number of seeds at the final analysis. */
  max: number;
}

/**
 * The p-value of an interim analysis, adjusted for the whole sequence: the smallest level at which the sequence would have stopped here.
 * Testing after every added seed finds more false differences than testing once; each analysis may therefore spend only a part of the
 * level, a small one while seeds are few (Lan and DeMets 1983, with the spending function that resembles O'Brien and Fleming's boundaries).
 * Holm's correction for several tests uses these values (Maurer and Bretz 2013, Multiple Testing in Group Sequential
 * Trials Using Graphical Approaches).
 */
export function sequentialP(p: number, interimAnalyses: InterimAnalyses): number {
  if (interimAnalyses.seeds.length === 1 && interimAnalyses.seeds[0] === interimAnalyses.max) return p;
  const { levels, nominal } = tableOf(interimAnalyses);
  const next = nominal.findIndex((each) => each >= p);
  if (next < 0) return 1;
  if (next === 0) return levels[0]!;
  const share = (Math.log(p) - Math.log(nominal[next - 1]!)) / (Math.log(nominal[next]!) - Math.log(nominal[next - 1]!));
  return Math.exp(Math.log(levels[next - 1]!) + share * (Math.log(levels[next]!) - Math.log(levels[next - 1]!)));
}

/** The nominal level of the last of these analyses, with which all together find a false difference with the probability `level`. */
export function nominalLevel(level: number, interimAnalyses: InterimAnalyses): number {
  const key = JSON.stringify([level, interimAnalyses]);
  const known = nominals.get(key) ?? computeNominal(level, interimAnalyses);
  nominals.set(key, known);
  return known;
}

/** A cache of nominal levels, which all verdicts of a design share. */
const nominals = new Map<string, number>();

function computeNominal(level: number, { seeds, max }: InterimAnalyses): number {
  const times = seeds.map((count) => count / max);
  let spent = 0;
  let density: Density | undefined;
  let bound = 0;
  times.forEach((time, look) => {
    const spend = spending(level, time);
    const step = time - (times[look - 1] ?? 0);
    bound = boundFor(spend - spent, step, density);
    spent = spend;
    density = continued(density, bound, step);
  });
  return 2 * normal(-bound / Math.sqrt(times.at(-1)!), 0, 1);
}

/** The spending function (Lan and DeMets 1983, section 3), two-sided: the part of the level that may be spent by a time from 0 to 1. */
function spending(level: number, time: number): number {
  return time >= 1 ? level : 4 * normal(quantile(level / 4, 0, 1) / Math.sqrt(time), 0, 1);
}

/** The density of a Brownian motion that has not been stopped yet, at points between the bounds, with Simpson's weights. */
interface Density {
  points: Float64Array;
  weighted: Float64Array;
}

/** The two-sided bound that is crossed with this probability (Armitage, McPherson and Rowe 1969). */
function boundFor(probability: number, step: number, before: Density | undefined): number {
  const crossing = (bound: number) => integrate(before, (from) => beyond(bound - from, step) + beyond(bound + from, step));
  let [low, high] = [0, 20];
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (crossing(middle) > probability) low = middle;
    else high = middle;
  }
  return high;
}

function continued(before: Density | undefined, bound: number, step: number): Density {
  const width = (2 * bound) / intervals;
  const points = Float64Array.from({ length: intervals + 1 }, (_, i) => -bound + i * width);
  const weighted = points.map((to, i) => {
    const simpson = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    return (simpson * width * integrate(before, (from) => Math.exp((-0.5 * (to - from) ** 2) / step) / Math.sqrt(2 * Math.PI * step))) / 3;
  });
  return { points, weighted };
}

/** Integrates a function over the density. Before the first analysis, the motion is at zero. */
function integrate(density: Density | undefined, of: (from: number) => number): number {
  if (!density) return of(0);
  let sum = 0;
  for (let i = 0; i < density.points.length; i++) sum += density.weighted[i]! * of(density.points[i]!);
  return sum;
}

function beyond(distance: number, step: number): number {
  return normal(-distance / Math.sqrt(step), 0, 1);
}

/** Number of intervals for Simpson's rule, which must be even. */
const intervals = 80;

/** The nominal levels of an analysis for a range of overall levels, between which values are interpolated. */
function tableOf(interimAnalyses: InterimAnalyses): { levels: number[]; nominal: number[] } {
  const key = JSON.stringify(interimAnalyses);
  const levels = Array.from({ length: 25 }, (_, i) => 10 ** (-6 + i / 4));
  const found = tables.get(key) ?? levels.map((level) => nominalLevel(level, interimAnalyses));
  tables.set(key, found);
  return { levels, nominal: found };
}

const tables = new Map<string, number[]>();
