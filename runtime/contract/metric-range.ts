import { metricOf } from "./catalogue/index.ts";

/** The smallest and the largest value that a metric can have. */
export function rangeOf(metric: string): readonly [number, number] {
  const found = metricOf(metric);
  return found?.range ?? (found?.unit === "percent" ? [0, 1] : [0, Number.POSITIVE_INFINITY]);
}

/** The smallest and the largest difference of two values of a metric. */
export function rangeOfDifference(metric: string): readonly [number, number] {
  const [least, most] = rangeOf(metric);
  return [least - most, most - least];
}
