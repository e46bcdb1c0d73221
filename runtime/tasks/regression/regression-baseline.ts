import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ValuedExample } from "../example.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** Always the training examples' mean: of all constants the one with the least squared error. */
export function meanValue(train: () => readonly ValuedExample[]): ConstantBaseline<ValuedExample, Prediction<"regression">> {
  const values = train().map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { label: String(Number(mean.toPrecision(6))), answer: ({ id, value }) => ({ id, value, predicted: mean }) };
}
