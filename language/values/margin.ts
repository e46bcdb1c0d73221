import { metricOf } from "#runtime/contract/catalogue/index.ts";
import type { Expectation } from "../generated/ast.ts";
import { parseAmount } from "./amount.ts";
import type { Reading } from "./read.ts";

/**
 * Reads the largest difference that counts as equal: `within 1` is a point of a percentage, and so is `within 1%`; for other metrics it is a
 * number in their own unit. Undefined without `within`.
 */
export function readMargin({ margin, operator, metric }: Expectation): Reading<number> | undefined {
  if (margin === undefined) return undefined;
  const isShare = metricOf(metric?.$refText ?? "")?.unit === "percent";
  const amount = parseAmount(margin);
  if (operator !== "=") {
    return problem(`within ${margin} belongs to an expectation of equality: a = b within ${margin}. Remove it, or write =.`);
  }
  if (!amount || amount.unit !== undefined || amount.value <= 0) {
    return problem(`Found within ${margin}, expected a positive number${isShare ? " of points, such as within 1" : ""}.`);
  }
  if (amount.percent && !isShare) {
    return problem(`${metric?.$refText ?? "The metric"} is not a percentage. Write within as a number in its own unit, without %.`);
  }
  return { ok: true, value: isShare && !amount.percent ? amount.value / 100 : amount.value };
}

function problem(message: string): Reading<number> {
  return { ok: false, problem: { code: "out-of-range", message } };
}
