import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ChoiceExample } from "../example.ts";
import { mostFrequentClass } from "../most-frequent-class.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** Always the choice at the place that is right most often in training. */
export function mostFrequentChoice(
  train: () => readonly ChoiceExample[],
  labels: readonly string[],
): ConstantBaseline<ChoiceExample, Prediction<"multiple_choice">> {
  const places = train().map(({ answer }) => answer);
  const place = mostFrequentClass(places, labels.length);
  return { label: labels[place]!, answer: ({ id, answer }) => ({ id, answer: answer + 1, predicted: place + 1 }) };
}
