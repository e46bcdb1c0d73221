import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { classOf } from "../class-of.ts";
import type { LabelledExample } from "../example.ts";
import { mostFrequentClass } from "../most-frequent-class.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** Always the training examples' most frequent label, with certainty. */
export function mostFrequentLabel(
  train: () => readonly LabelledExample[],
  labels: readonly string[],
): ConstantBaseline<LabelledExample, Prediction<ClassificationKind>> {
  const classes = train().map(({ label, id }) => classOf(labels, label, id));
  const predicted = labels[mostFrequentClass(classes, labels.length)]!;
  const probabilities = labels.map((label) => (label === predicted ? 1 : 0));
  return { label: predicted, answer: ({ id, label }) => ({ id, label, predicted, probabilities }) };
}
