import type { Prediction } from "#runtime/contract/predictions.ts";
import { scorePairs } from "#runtime/metrics/pairs.ts";
import { type Items, meanItems } from "../item-scores.ts";
import type { TaskScore } from "../task-definition.ts";

export function scoreMinimalPairs(predictions: readonly Prediction<"minimal_pairs">[]): TaskScore[] {
  return scorePairs(
    predictions.map(({ group, good_log_likelihood: good, bad_log_likelihood: bad }) => ({ group: group ?? null, good, bad })),
  );
}

/** Ties count half. */
export function pairItems(lines: readonly Prediction<"minimal_pairs">[]): Items {
  return meanItems(lines, { accuracy: ({ good_log_likelihood: good, bad_log_likelihood: bad }) => (1 + Math.sign(good - bad)) / 2 });
}
