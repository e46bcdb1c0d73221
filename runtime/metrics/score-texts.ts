import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { answerMetrics, type MetricValue, metricsOfTexts, scoreAll } from "./metric-table.ts";
import { undefinedOfTexts } from "./undefined-metrics.ts";

/** All metrics of a kind of task whose answers are texts. */
export function scoreTexts(kind: string, references: readonly (readonly string[])[], texts: readonly string[]): MetricValue[] {
  const ofKind = Object.entries({ ...metricsOfTexts, ...answerMetrics }).filter(([name]) => metricOf(name)?.of.includes(kind));
  return scoreAll(Object.fromEntries(ofKind), references, texts, (metric) => undefinedOfTexts(metric, references));
}
