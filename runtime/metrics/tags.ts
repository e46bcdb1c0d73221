import { type MetricValue, scoreAll, taggingMetrics } from "./table.ts";
import { undefinedOfTags } from "./undefined-metrics.ts";

type Sentences = readonly (readonly string[])[];

/** Every metric of tags; those of entities have no value where the tags are of another kind. */
export function scoreTags(gold: Sentences, predicted: Sentences): MetricValue[] {
  return scoreAll(taggingMetrics, gold, predicted, (metric) => undefinedOfTags(metric, gold));
}
