import type { Prediction } from "#runtime/contract/predictions.ts";
import { shareOfRight } from "#runtime/metrics/accuracy.ts";
import type { MetricValue } from "#runtime/metrics/table.ts";

export function scoreChoices(predictions: readonly Prediction<"multiple_choice">[]): MetricValue[] {
  const value = shareOfRight(
    predictions.map(({ answer }) => answer),
    predictions.map(({ predicted }) => predicted),
  );
  return [{ metric: "accuracy", value }];
}
