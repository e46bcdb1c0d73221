import { type MetricValue, scoreAll, taggingMetrics } from "./metric-table.ts";
import { undefinedOfTags } from "./undefined-metrics.ts";

type Sentences = readonly (readonly string[])[];

/** All metrics of tags; metrics of entities are undefined if the tags do not mark entities. */
export function scoreTags(gold: Sentences, predicted: Sentences): MetricValue[] {
  return scoreAll(taggingMetrics, gold, predicted, (metric) => undefinedOfTags(metric, gold));
}
