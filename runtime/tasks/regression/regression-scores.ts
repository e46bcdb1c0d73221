import type { Prediction } from "#runtime/contract/predictions.ts";
import { type MetricValue, scoreNumbers } from "#runtime/metrics/table.ts";

export function scoreValues(predictions: readonly Prediction<"regression">[]): MetricValue[] {
  return scoreNumbers(
    predictions.map(({ value }) => value),
    predictions.map(({ predicted }) => predicted),
  );
}
