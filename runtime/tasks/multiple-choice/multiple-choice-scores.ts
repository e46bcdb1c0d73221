import type { Prediction } from "#runtime/contract/predictions.ts";
import { shareOfRight } from "#runtime/metrics/accuracy.ts";
import type { MetricValue } from "#runtime/metrics/metric-table.ts";
import { type Items, meanItems } from "../item-scores.ts";

export function scoreChoices(predictions: readonly Prediction<"multiple_choice">[]): MetricValue[] {
  const value = shareOfRight(
    predictions.map(({ answer }) => answer),
    predictions.map(({ predicted }) => predicted),
  );
  return [{ metric: "accuracy", value }];
}

export function choiceItems(lines: readonly Prediction<"multiple_choice">[]): Items {
  return meanItems(lines, { accuracy: ({ answer, predicted }) => (answer === predicted ? 1 : 0) });
}
