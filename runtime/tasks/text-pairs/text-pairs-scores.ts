import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TextPairKind } from "#runtime/contract/spec.ts";
import type { MetricValue } from "#runtime/metrics/table.ts";
import { scoreTexts } from "#runtime/metrics/texts.ts";

/** The metrics that the catalogue has of the kind. */
export function scoreTextPairs(kind: TextPairKind, predictions: readonly Prediction<TextPairKind>[]): MetricValue[] {
  return scoreTexts(
    kind,
    predictions.map(({ target }) => [target]),
    predictions.map(({ predicted }) => predicted),
  );
}
