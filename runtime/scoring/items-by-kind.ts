import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind, TextPairKind } from "#runtime/contract/spec.ts";
import { answerF1 } from "#runtime/metrics/answer-f1.ts";
import { bleuOfLines } from "#runtime/metrics/bleu.ts";
import { chrfOfLines } from "#runtime/metrics/chrf.ts";
import { exactMatch } from "#runtime/metrics/exact-match.ts";
import { corpusRouge, type RougeVariant } from "#runtime/metrics/rouge.ts";
import { regressionMetrics } from "#runtime/metrics/table.ts";
import { terOfLines } from "#runtime/metrics/ter.ts";
import { labelItems } from "./item-labels.ts";
import { meanItems } from "./item-means.ts";
import { tagItems } from "./item-tags.ts";
import type { Items } from "./items.ts";

type ItemsByKind = {
  readonly [K in TaskKind]: (predictions: readonly Prediction<K>[], labels: readonly string[]) => Items | undefined;
};

/**
 * How the predictions of every kind of task are scored on test examples drawn from them; a kind without an entry does not compile.
 * `labels`: the task's. Undefined where a prediction does not fit them.
 */
export const itemsByKind: ItemsByKind = {
  classification: labelItems,
  pair_classification: labelItems,
  regression: numberItems,
  tagging: tagItems,
  multiple_choice: (lines) => meanItems(lines, { accuracy: ({ answer, predicted }) => (answer === predicted ? 1 : 0) }),
  span_question_answering: (lines) =>
    meanItems(lines, {
      exact_match: ({ answers, predicted }) => exactMatch(predicted, answers),
      answer_f1: ({ answers, predicted }) => answerF1(predicted, answers),
    }),
  translation: textItems,
  summarisation: textItems,
  generation: textItems,
  // ties count half
  minimal_pairs: (lines) =>
    meanItems(lines, { accuracy: ({ good_log_likelihood: good, bad_log_likelihood: bad }) => (1 + Math.sign(good - bad)) / 2 }),
};

function numberItems(lines: readonly Prediction<"regression">[]): Items {
  const [gold, answered] = [lines.map(({ value }) => value), lines.map(({ predicted }) => predicted)];
  return meanItems(lines, {}, (metric) => {
    const score = Object.hasOwn(regressionMetrics, metric) ? regressionMetrics[metric as keyof typeof regressionMetrics] : undefined;
    // a draw may hold one value alone, with which nothing correlates
    return score && ((chosen) => score(picked(gold, chosen), picked(answered, chosen)) || 0);
  });
}

/** BLEU, chrF and TER are of all texts together: their counts are taken once a text, and summed over those that are drawn. */
function textItems(lines: readonly Prediction<TextPairKind>[]): Items {
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

function picked(values: readonly number[], chosen: Int32Array): Float64Array {
  return Float64Array.from(chosen, (index) => values[index]!);
}
