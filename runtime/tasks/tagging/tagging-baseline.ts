import type { Prediction } from "#runtime/contract/predictions.ts";
import { classOf } from "../class-of.ts";
import type { TaggedExample } from "../example.ts";
import { mostFrequentClass } from "../most-frequent-class.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** The training examples' most frequent tag for every word. */
export function mostFrequentTag(
  train: () => readonly TaggedExample[],
  labels: readonly string[],
): ConstantBaseline<TaggedExample, Prediction<"tagging">> {
  const classes = train().flatMap(({ tags, id }) => tags.map((tag) => classOf(labels, tag, id)));
  const label = labels[mostFrequentClass(classes, labels.length)]!;
  return { label, answer: ({ id, words, tags }) => ({ id, words, tags, predicted: tags.map(() => label) }) };
}
