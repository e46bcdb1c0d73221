import type { Evaluation, Points } from "../messages.ts";

/** All that is known of a run's course. */
export interface Course {
  points: Points;
  evaluations: Evaluation[];
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

/** Adds what came. Where a resumed run begins again at a step that was there, what came later holds. */
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

export function addEvaluations(course: Course, more: readonly Evaluation[]): void {
  const [first] = more;
  if (!first) return;
  course.evaluations = [...course.evaluations.filter(({ step }) => step < first.step), ...more];
}

/** Where each step lies on an axis. */
export function positions({ points }: Course, axis: Axis, flopsPerStep: number): number[] {
  if (axis === "steps") return points.step;
  if (axis === "tokens") return points.tokens;
  return axis === "time" ? points.seconds : points.step.map((step) => step * flopsPerStep);
}

/** Where a step lies among the positions of an axis. */
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

/**
 * Exponential moving average, with the bias of its beginning corrected (Kingma and Ba 2015, section 3).
 * @param weight of what was before, 0 to 1
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let known = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    known = weight * known + (1 - weight);
    return average / known;
  });
}

/**
 * At most about `most` of the points between two positions, of every stretch its lowest and its highest: what stands out stays.
 * Positions grow.
 */
export function thin(x: readonly number[], y: readonly number[], most: number, from = -Infinity, to = Infinity): [number, number][] {
  let start = lowerBound(x, from);
  let end = lowerBound(x, to);
  // the line goes on to the edge
  start = Math.max(0, start - 1);
  end = Math.min(x.length, end + 1);
  const count = end - start;
  const result: [number, number][] = [];
  if (count <= most) {
    for (let index = start; index < end; index++) result.push([x[index]!, y[index]!]);
    return result;
  }
  const stretches = Math.max(1, Math.floor(most / 2));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const first = start + Math.floor((stretch * count) / stretches);
    const last = start + Math.floor(((stretch + 1) * count) / stretches);
    let low = first;
    let high = first;
    for (let index = first + 1; index < last; index++) {
      if (y[index]! < y[low]!) low = index;
      if (y[index]! > y[high]!) high = index;
    }
    for (const index of low < high ? [low, high] : [high, low]) result.push([x[index]!, y[index]!]);
  }
  result.push([x[end - 1]!, y[end - 1]!]);
  return result;
}

/** The index of the first that is not below. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
