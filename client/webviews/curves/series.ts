import type { EvaluationPoint, Points } from "../page-messages.ts";

/** All points and evaluations of a run that are known. */
export interface Course {
  points: Points;
  evaluations: EvaluationPoint[];
}

export type Axis = "steps" | "tokens" | "flops" | "time";
export const axes: Record<Axis, string> = { steps: "Steps", tokens: "Tokens", flops: "FLOPs", time: "Time" };
export type Measure = "loss" | "learning_rate" | "gradient_norm" | "tokens_per_second";

export function emptyCourse(): Course {
  return {
    points: { step: [], tokens: [], loss: [], learning_rate: [], gradient_norm: [], tokens_per_second: [], seconds: [] },
    evaluations: [],
  };
}

/** Appends points. If a resumed run repeats earlier steps, the later points replace the earlier ones. */
export function addPoints({ points }: Course, more: Points): void {
  const [first] = more.step;
  if (first === undefined) return;
  let keep = points.step.length;
  while (keep > 0 && points.step[keep - 1]! >= first) keep--;
  for (const column of Object.keys(points) as (keyof Points)[]) {
    points[column].length = keep;
    for (const value of more[column]) points[column].push(value);
  }
}

export function addEvaluations(course: Course, more: readonly EvaluationPoint[]): void {
  const [first] = more;
  if (!first) return;
  course.evaluations = [...course.evaluations.filter(({ step }) => step < first.step), ...more];
}

/** The position of each step on an axis. */
export function positions({ points }: Course, axis: Axis, flopsPerStep: number): number[] {
  if (axis === "steps") return points.step;
  if (axis === "tokens") return points.tokens;
  return axis === "time" ? points.seconds : points.step.map((step) => step * flopsPerStep);
}

/** The position of a step on an axis, from the positions of all points. */
export function placeOf({ points }: Course, places: readonly number[], step: number): number {
  return places[Math.min(lowerBound(points.step, step), places.length - 1)] ?? 0;
}

/** The last validation loss at each evaluated step: mean negative log-likelihood, whatever the metric is called. */
export function validationLoss({ evaluations }: Course): { step: number; value: number }[] {
  const named = evaluations.filter(({ split, metric }) => split === "validation" && metric === "loss");
  if (named.length > 0) return named;
  return evaluations
    .filter(({ split, metric }) => split === "validation" && metric.endsWith("perplexity"))
    .map(({ step, value }) => ({ step, value: Math.log(value) }));
}

/** State of an exponential moving average, extended as values arrive; see `smooth`. */
export interface Smoothed {
  values: number[];
  weight: number;
  average: number;
  /** The total weight of values in the average; the rest belongs to the initial 0. */
  known: number;
}

/**
 * Exponential moving average with bias correction (Kingma and Ba 2015, section 3). Continues from `before`, so that earlier values are not
 * smoothed again.
 * @param weight weight of earlier values, 0 to 1
 */
export function smooth(values: readonly number[], weight: number, before?: Smoothed): Smoothed {
  const smoothed =
    before?.weight === weight && before.values.length <= values.length ? before : { values: [], weight, average: 0, known: 0 };
  for (let index = smoothed.values.length; index < values.length; index++) {
    const value = values[index]!;
    if (weight <= 0 || !Number.isFinite(value)) {
      smoothed.values.push(value);
      continue;
    }
    smoothed.average = weight * smoothed.average + (1 - weight) * value;
    smoothed.known = weight * smoothed.known + (1 - weight);
    smoothed.values.push(smoothed.average / smoothed.known);
  }
  return smoothed;
}

/** A part of an axis. */
export interface IndexRange {
  from: number;
  to: number;
}

/**
 * Visits about `max` of the points on a part of the axis: the lowest and the highest of each interval, so that outliers remain. Positions
 * must be ascending.
 */
export function eachThinned(
  x: readonly number[],
  y: readonly number[],
  max: number,
  { from, to }: IndexRange,
  visit: (x: number, y: number) => void,
): void {
  // the line continues to the edge
  const start = Math.max(0, lowerBound(x, from) - 1);
  const end = Math.min(x.length, lowerBound(x, to) + 1);
  const count = end - start;
  if (count <= max) {
    for (let index = start; index < end; index++) visit(x[index]!, y[index]!);
    return;
  }
  const chunks = Math.max(1, Math.floor(max / 2));
  for (let chunk = 0; chunk < chunks; chunk++) {
    const first = start + Math.floor((chunk * count) / chunks);
    const last = start + Math.floor(((chunk + 1) * count) / chunks);
    let low = first;
    let high = first;
    for (let index = first + 1; index < last; index++) {
      if (y[index]! < y[low]!) low = index;
      if (y[index]! > y[high]!) high = index;
    }
    const [one, other] = low < high ? [low, high] : [high, low];
    visit(x[one]!, y[one]!);
    visit(x[other]!, y[other]!);
  }
  visit(x[end - 1]!, y[end - 1]!);
}

/** The points that `eachThinned` visits. */
export function thin(x: readonly number[], y: readonly number[], max: number, part: IndexRange): [number, number][] {
  const result: [number, number][] = [];
  eachThinned(x, y, max, part, (at, value) => result.push([at, value]));
  return result;
}

/** The index of the first value that is not below `value`. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
