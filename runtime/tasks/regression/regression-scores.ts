import type { Prediction } from "#runtime/contract/predictions.ts";
import { type MetricValue, regressionMetrics, scoreNumbers } from "#runtime/metrics/metric-table.ts";
import { type Items, meanItems } from "../item-scores.ts";

export function scoreValues(predictions: readonly Prediction<"regression">[]): MetricValue[] {
  return scoreNumbers(
    predictions.map(({ value }) => value),
    predictions.map(({ predicted }) => predicted),
  );
}

export function numberItems(lines: readonly Prediction<"regression">[]): Items {
  const [gold, answered] = [lines.map(({ value }) => value), lines.map(({ predicted }) => predicted)];
  return meanItems(lines, {}, (metric) => {
    const score = Object.hasOwn(regressionMetrics, metric) ? regressionMetrics[metric as keyof typeof regressionMetrics] : undefined;
    // a draw may hold one value alone, with which nothing correlates
    return score && ((chosen) => score(picked(gold, chosen), picked(answered, chosen)) || 0);
  });
}

function picked(values: readonly number[], chosen: Int32Array): Float64Array {
  return Float64Array.from(chosen, (index) => values[index]!);
}
