import { formatMargin } from "./numbers.ts";
import type { Expectation } from "./spec.ts";

/** An expectation as it is written in a file: `mlm > clm on sentiment.accuracy`, `mlm = clm within 1 on sentiment.accuracy`. */
export function expectationText({ left, operator, right, task, metric, margin }: Expectation): string {
  return `${left} ${operator} ${right}${margin === undefined ? "" : ` within ${formatMargin(metric, margin)}`} on ${task}.${metric}`;
}
