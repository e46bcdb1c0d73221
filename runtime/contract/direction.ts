import { metricOf } from "./catalogue/index.ts";

/*
 * Which way a score is better. Whatever says, draws, colours or orders by it asks here; a number alone does not say who is ahead.
 */

/** How much better a score is by being so much larger: the difference itself, or its opposite where the lower score is better. */
export function gain(metric: string, difference: number): number {
  return lowerIsBetter(metric) ? -difference : difference;
}

/** Below zero where `left` is the better one: for sorting, the best first. */
export function bestFirst(metric: string, left: number, right: number): number {
  return gain(metric, right - left);
}

export function lowerIsBetter(metric: string): boolean {
  return metricOf(metric)?.better === "lower";
}

/** A score's name where people read it: of those that should be low, `perplexity (lower is better)`. */
export function withDirection(name: string, metric: string): string {
  return lowerIsBetter(metric) ? `${name} (lower is better)` : name;
}

/** `Lower is better.`; undefined of what is no single number. */
export function directionText(metric: string): string | undefined {
  const better = metricOf(metric)?.better;
  return better && `${better === "lower" ? "Lower" : "Higher"} is better.`;
}
