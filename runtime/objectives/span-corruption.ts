import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { type Corruption, corruptedExample, corruptedReach, corruptionLayout } from "./corruption.ts";
import { inputOf, ordinaryIn, ratio } from "./measures.ts";
import { noiseLengths, randomSpansMask } from "./noise-mask.ts";
import { type Example, sentinelId, type TextObjective, type Vocabulary } from "./objective.ts";

export type SpanCorruptionSettings = Extract<ResolvedObjective, { kind: "span_corruption" }>;

/**
 * Span corruption (Raffel et al. 2020, sections 3.1.4 and 3.3, figure 2 and table 3), as the released code does it
 * (google-research/text-to-text-transfer-transformer, t5/data/preprocessors.py): `random_spans_noise_mask` chooses the spans,
 * `noise_span_to_unique_sentinel` makes the input, `nonnoise_span_to_unique_sentinel` the target, `random_spans_helper` the
 * sizes. Sentinels start again from `<extra_id_0>` in each document's part of a window.
 */
export const spanCorruption: TextObjective<SpanCorruptionSettings> = {
  layout(settings, model) {
    const layout = corruptionLayout(corruption(settings), model);
    const sentinels = settings.replace === undefined ? noiseLengths(layout.window, settings.rate, settings.meanSpan).spans : 0;
    return { ...layout, sentinels };
  },
  example: (window, settings, layout, vocabulary, random) => corruptedExample(window, corruption(settings), layout, vocabulary, random),
  reach: (window, settings, layout, vocabulary) => corruptedReach(window, corruption(settings), layout, vocabulary),
  measured: spanRates,
  hidden: (_example, { replace }) => (replace === undefined ? "sentinels" : undefined),
};

function spanRates(
  examples: readonly Example[],
  { replace, target }: SpanCorruptionSettings,
  vocabulary: Vocabulary,
): Record<string, number> {
  const read = (example: Example) => ordinaryIn(inputOf(example), vocabulary);
  const written = (example: Example) => ordinaryIn(example.targets, vocabulary);
  const hidden = (example: Example) => (target === "text" ? written(example) - read(example) : written(example));
  const rate = ratio(examples, hidden, (example) => hidden(example) + read(example));
  if (replace === "drop") return { rate };
  const marks = (token: number) => (replace === undefined ? token >= vocabulary.firstSentinel : token === vocabulary.mask);
  const spans = (example: Example) => {
    const input = inputOf(example);
    return input.filter((token, i) => marks(token) && !(replace === "masks" && input[i - 1] === token)).length;
  };
  return { rate, mean_span: ratio(examples, hidden, spans) };
}

function corruption(settings: SpanCorruptionSettings): Corruption {
  return {
    shortest: 2,
    lengths(length) {
      const { noise, spans } = noiseLengths(length, settings.rate, settings.meanSpan);
      const shown = { sentinels: spans, mask: spans, masks: noise, drop: 0 }[settings.replace ?? "sentinels"];
      const marks = settings.replace === undefined ? spans : 0;
      return { inputs: length - noise + shown + 1, targets: (settings.target === "text" ? length : noise + marks) + 1 };
    },
    corrupt(text, vocabulary, random) {
      return corruptSpans(text, randomSpansMask(text.length, settings.rate, settings.meanSpan, random), settings, vocabulary);
    },
  };
}

/**
 * Input and target of one text, without begin and end tokens. With sentinels, every run of hidden tokens is one sentinel in the
 * input, and every run of the others is one in the target. So the target closes with a sentinel (`<Z>` in figure 2) exactly where
 * the text ends in tokens that are not hidden; the spans that `randomSpansMask` draws always end with a hidden one.
 */
export function corruptSpans(
  tokens: readonly number[],
  hidden: ArrayLike<boolean | number>,
  { replace, target: requested }: Pick<SpanCorruptionSettings, "replace" | "target">,
  vocabulary: Pick<Vocabulary, "mask" | "firstSentinel" | "sentinels" | "sentinelsDescend">,
): { input: number[]; target: number[] } {
  const input: number[] = [];
  const target: number[] = [];
  let hiddenRuns = 0;
  let otherRuns = 0;
  tokens.forEach((token, i) => {
    const startsRun = i === 0 || Boolean(hidden[i]) !== Boolean(hidden[i - 1]);
    if (hidden[i]) {
      if (replace === undefined && startsRun) input.push(sentinelId(hiddenRuns++, vocabulary));
      if (replace === "masks" || (replace === "mask" && startsRun)) input.push(vocabulary.mask);
      target.push(token);
    } else {
      if (replace === undefined && startsRun) target.push(sentinelId(otherRuns++, vocabulary));
      input.push(token);
    }
  });
  return { input, target: requested === "text" ? [...tokens] : target };
}
