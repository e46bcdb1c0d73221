import type { Prediction } from "#runtime/contract/predictions.ts";
import { countEntities, type EntityCounts } from "#runtime/metrics/entities.ts";
import { entityF1, entityF1Macro } from "#runtime/metrics/entity-f1.ts";
import { entityPrecision } from "#runtime/metrics/entity-precision.ts";
import { entityRecall } from "#runtime/metrics/entity-recall.ts";
import type { MetricValue } from "#runtime/metrics/metric-table.ts";
import type { EntityScheme } from "#runtime/metrics/tag-schemes.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import type { Items } from "../item-scores.ts";
import { meanItems, sumOf } from "../item-scores.ts";

export function scoreTagging(predictions: readonly Prediction<"tagging">[]): MetricValue[] {
  return scoreTags(
    predictions.map(({ tags }) => tags),
    predictions.map(({ predicted }) => predicted),
  );
}

/** Entities are counted once a sentence, by type, and the counts of the drawn sentences summed. */
export function tagItems(lines: readonly Prediction<"tagging">[]): Items {
  const counted = new Map<EntityScheme, Map<string, EntityCounts>[]>();
  const countsOf = (scheme: EntityScheme) => {
    const found = counted.get(scheme) ?? lines.map(({ tags, predicted }) => countEntities([tags], [predicted], scheme));
    counted.set(scheme, found);
    return found;
  };
  const entities = (score: (counts: ReadonlyMap<string, EntityCounts>) => number, scheme: EntityScheme = "default") => {
    const counts = countsOf(scheme);
    return (chosen: Int32Array) => score(summed(counts, chosen));
  };
  const scorers: Record<string, () => (chosen: Int32Array) => number> = {
    entity_precision: () => entities(entityPrecision),
    entity_recall: () => entities(entityRecall),
    entity_f1: () => entities(entityF1),
    entity_f1_macro: () => entities(entityF1Macro),
    entity_f1_strict: () => entities(entityF1, "strict"),
    accuracy() {
      const right = lines.map(({ tags, predicted }) => tags.filter((tag, i) => tag === predicted[i]).length);
      const words = lines.map(({ tags }) => tags.length);
      return (chosen) => sumOf(right, chosen) / Math.max(1, sumOf(words, chosen));
    },
  };
  return meanItems(lines, {}, (metric) => (Object.hasOwn(scorers, metric) ? scorers[metric]!() : undefined));
}

function summed(counts: readonly ReadonlyMap<string, EntityCounts>[], chosen: Int32Array): Map<string, EntityCounts> {
  const sums = new Map<string, EntityCounts>();
  for (const index of chosen) {
    for (const [type, { gold, predicted, right }] of counts[index]!) {
      const sum = sums.get(type) ?? { gold: 0, predicted: 0, right: 0 };
      sums.set(type, { gold: sum.gold + gold, predicted: sum.predicted + predicted, right: sum.right + right });
    }
  }
  return sums;
}
