import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TextPairKind } from "#runtime/contract/spec.ts";
import type { TextPairExample } from "../example.ts";
import type { ConstantBaseline } from "../task-definition.ts";

/** What is read, unchanged. */
export function theSource(): ConstantBaseline<TextPairExample, Prediction<TextPairKind>> {
  return { label: "the source", answer: ({ id, source, target }) => ({ id, source, target, predicted: source }) };
}
