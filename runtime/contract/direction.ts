import { metricOf } from "./catalogue/index.ts";

/*
 * The direction of metrics. All code that compares, sorts, colours or describes scores uses these functions: a number alone does not
 * say which score is better.
 */

/** The improvement that a difference of a score means: the difference itself, or its negative if a lower score is better. */
export function gain(metric: string, difference: number): number {
  return lowerIsBetter(metric) ? -difference : difference;
}

/** Comparison function for sorting scores, best first: negative if `left` is better. */
export function bestFirst(metric: string, left: number, right: number): number {
  return gain(metric, right - left);
}

export function lowerIsBetter(metric: string): boolean {
  return metricOf(metric)?.better === "lower";
}

/** A score's name for display, with its direction if lower is better: `perplexity (lower is better)`. */
export function withDirection(name: string, metric: string): string {
  return lowerIsBetter(metric) ? `${name} (lower is better)` : name;
}

/** `Lower is better.` or `Higher is better.`; undefined if the metric is not a single number. */
export function directionText(metric: string): string | undefined {
  const better = metricOf(metric)?.better;
  return better && `${better === "lower" ? "Lower" : "Higher"} is better.`;
}
