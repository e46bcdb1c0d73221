import normal from "@stdlib/stats-base-dists-normal-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";

/** How often a comparison that grows seed by seed is looked at, and how far it may grow. */
export interface Looks {
  /** Seeds at each look, this one included; ascending. */
  seeds: readonly number[];
  /** Seeds at the last look that there may be. */
  most: number;
}

/**
 * The p-value of a look as a p-value of the whole sequence: the smallest level at which its test would have stopped here. Looking
 * after every added seed finds more false differences than looking once; each look may therefore spend only a part of the level,
 * little while seeds are few (Lan and DeMets 1983, with the spending function that resembles O'Brien and Fleming's boundaries).
 * Several tests are corrected after Holm as usual, over these values (Maurer and Bretz 2013, Multiple Testing in Group Sequential
 * Trials Using Graphical Approaches).
 */
export function sequentialP(p: number, looks: Looks): number {
  if (looks.seeds.length === 1 && looks.seeds[0] === looks.most) return p;
  const { levels, nominal } = tableOf(looks);
  const next = nominal.findIndex((each) => each >= p);
  if (next < 0) return 1;
  if (next === 0) return levels[0]!;
  const share = (Math.log(p) - Math.log(nominal[next - 1]!)) / (Math.log(nominal[next]!) - Math.log(nominal[next - 1]!));
  return Math.exp(Math.log(levels[next - 1]!) + share * (Math.log(levels[next]!) - Math.log(levels[next - 1]!)));
}

/** What p must be below at the last of these looks, so that all of them together find a false difference with this probability. */
export function nominalLevel(level: number, looks: Looks): number {
  const key = JSON.stringify([level, looks]);
  const known = nominals.get(key) ?? computeNominal(level, looks);
  nominals.set(key, known);
  return known;
}

/** Verdicts of one design share them. */
const nominals = new Map<string, number>();

function computeNominal(level: number, { seeds, most }: Looks): number {
  const times = seeds.map((count) => count / most);
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

/** Lan and DeMets 1983, section 3, for both sides together: how much of the level may be spent by a time from 0 to 1. */
function spending(level: number, time: number): number {
  return time >= 1 ? level : 4 * normal(quantile(level / 4, 0, 1) / Math.sqrt(time), 0, 1);
}

/** A Brownian motion that has not been stopped yet: its density at points between the bounds, with Simpson's weights. */
interface Density {
  points: Float64Array;
  weighted: Float64Array;
}

/** The bound that is crossed with this probability, both sides together (Armitage, McPherson and Rowe 1969). */
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

/** Before the first look the motion stands at zero. */
function integrate(density: Density | undefined, of: (from: number) => number): number {
  if (!density) return of(0);
  let sum = 0;
  for (let i = 0; i < density.points.length; i++) sum += density.weighted[i]! * of(density.points[i]!);
  return sum;
}

function beyond(distance: number, step: number): number {
  return normal(-distance / Math.sqrt(step), 0, 1);
}

/** Even. */
const intervals = 80;

/** The nominal levels of a look for a range of overall levels; between them it is interpolated. */
function tableOf(looks: Looks): { levels: number[]; nominal: number[] } {
  const key = JSON.stringify(looks);
  const levels = Array.from({ length: 25 }, (_, i) => 10 ** (-6 + i / 4));
  const found = tables.get(key) ?? levels.map((level) => nominalLevel(level, looks));
  tables.set(key, found);
  return { levels, nominal: found };
}

const tables = new Map<string, number[]>();
