import { type MetricValue, scoreAll, taggingMetrics } from "./table.ts";

type Sentences = readonly (readonly string[])[];

/** Every metric of tags; those of entities only where the tags are BIO tags. */
export function scoreTags(gold: Sentences, predicted: Sentences): MetricValue[] {
  const { accuracy, ...ofEntities } = taggingMetrics;
  return scoreAll(areEntityTags(gold.flat()) ? { ...ofEntities, accuracy } : { accuracy }, gold, predicted);
}

/** BIO tags, or those with E for the last word and S for one alone. */
export function areEntityTags(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "O" || /^[BIES](-|$)/u.test(tag));
}
