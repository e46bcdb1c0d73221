import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TextPairKind } from "#runtime/contract/spec.ts";
import type { AsText } from "../as-text.ts";

/** A text for a text. */
export const textPairsAsText: AsText<ResolvedTaskOf<TextPairKind>> = {
  pairOf: ({ source, target }) => ({ source, target }),
  predictionsOf: async ({ examples, written, tokenizer }) =>
    examples.map(
      ({ id, source, target }, i): Prediction<TextPairKind> => ({ id, source, target, predicted: tokenizer.decode(written[i]!).trim() }),
    ),
};
