import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TextPairKind } from "#runtime/contract/spec.ts";
import { answerF1 } from "#runtime/metrics/answer-f1.ts";
import { bleuOfLines } from "#runtime/metrics/bleu.ts";
import { chrfOfLines } from "#runtime/metrics/chrf.ts";
import { exactMatch } from "#runtime/metrics/exact-match.ts";
import type { MetricValue } from "#runtime/metrics/metric-table.ts";
import { corpusRouge, type RougeVariant } from "#runtime/metrics/rouge.ts";
import { scoreTexts } from "#runtime/metrics/score-texts.ts";
import { terOfLines } from "#runtime/metrics/ter.ts";
import { type Items, meanItems } from "../item-scores.ts";

/** The metrics that the catalogue has of the kind. */
export function scoreTextPairs(kind: TextPairKind, predictions: readonly Prediction<TextPairKind>[]): MetricValue[] {
  return scoreTexts(
    kind,
    predictions.map(({ target }) => [target]),
    predictions.map(({ predicted }) => predicted),
  );
}

/** BLEU, chrF and TER are of all texts together: their counts are taken once a text, and summed over those that are drawn. */
export function textItems(lines: readonly Prediction<TextPairKind>[]): Items {
  const texts = lines.map(({ predicted }) => predicted);
  const references = lines.map(({ target }) => [target]);
  const rouge =
    (variant: RougeVariant) =>
    ({ target, predicted }: Prediction<TextPairKind>) =>
      corpusRouge([predicted], [[target]], variant).f1;
  const together: Record<string, () => (chosen: Int32Array) => number> = {
    bleu: () => bleuOfLines(texts, references),
    chrf: () => chrfOfLines(texts, references),
    chrfpp: () => chrfOfLines(texts, references, { word_order: 2 }),
    ter: () => terOfLines(texts, references),
  };
  return meanItems(
    lines,
    {
      rouge1: rouge("rouge1"),
      rouge2: rouge("rouge2"),
      rougeL: rouge("rougeL"),
      rougeLsum: rouge("rougeLsum"),
      exact_match: ({ target, predicted }) => exactMatch(predicted, [target]),
      answer_f1: ({ target, predicted }) => answerF1(predicted, [target]),
    },
    (metric) => (Object.hasOwn(together, metric) ? together[metric]!() : undefined),
  );
}
