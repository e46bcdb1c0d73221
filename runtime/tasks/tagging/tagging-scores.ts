import type { Prediction } from "#runtime/contract/predictions.ts";
import type { MetricValue } from "#runtime/metrics/table.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";

export function scoreTagging(predictions: readonly Prediction<"tagging">[]): MetricValue[] {
  return scoreTags(
    predictions.map(({ tags }) => tags),
    predictions.map(({ predicted }) => predicted),
  );
}
