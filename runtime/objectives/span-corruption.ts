import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Random } from "#runtime/random/random.ts";
import { noiseLengths, randomSpansMask } from "./noise-mask.ts";
import type { Example, Layout, TextObjective, Vocabulary } from "./objective.ts";
import { append, type Segment, segmentsOf, slice } from "./segments.ts";

export type SpanCorruptionSettings = Extract<ResolvedObjective, { kind: "span_corruption" }>;

/**
 * Span corruption (Raffel et al. 2020, section 3.1.4 and figure 2), as the released code does it
 * (google-research/text-to-text-transfer-transformer, t5/data/preprocessors.py): `random_spans_noise_mask` chooses the spans,
 * `noise_span_to_unique_sentinel` makes the input, `nonnoise_span_to_unique_sentinel` the target, `random_spans_helper` the
 * sizes. Each document's part of a window is corrupted on its own; `<s>` and `</s>` are never hidden, and sentinels start
 * again from `<extra_id_0>`.
 *
 *     encoder-decoder   encoder  <s> Thank you <extra_id_0> me … </s>     decoder  <s> <extra_id_0> for inviting …
 *     decoder           input and target in one sequence, the input read in both directions
 */
export const spanCorruption: TextObjective<SpanCorruptionSettings> = {
  layout(settings, { architecture, context }) {
    const fits = (length: number): boolean => {
      const { inputs, targets } = lengthsOf(length, settings);
      return architecture === "encoder-decoder" ? Math.max(inputs, targets) <= context : inputs + targets - 1 <= context;
    };
    let window = 2;
    while (fits(window + 1)) window++;
    const { inputs, targets, spans } = lengthsOf(window, settings);
    const decoderContext = architecture === "encoder-decoder" ? targets : 0;
    return {
      architecture,
      context,
      decoderContext,
      predicted: targets,
      prefix: architecture !== "encoder-decoder",
      window,
      stride: window,
      tokens: architecture === "encoder-decoder" ? inputs + targets : inputs + targets - 1,
      sentinels: spans,
    };
  },

  example(window, settings, layout, vocabulary, random) {
    const parts = corruptedParts(window, settings, layout, vocabulary, random);
    return layout.architecture === "encoder-decoder" ? onTwoSides(parts, vocabulary) : onOneSide(parts);
  },
};

/**
 * Input and target of one text, without begin and end tokens. In the input every run of hidden tokens is one sentinel; in the
 * target every run of the others is. So the target closes with a sentinel (`<Z>` in figure 2) exactly where the text ends in
 * tokens that are not hidden; the spans that `randomSpansMask` draws always end with a hidden one.
 */
export function corruptSpans(
  tokens: readonly number[],
  hidden: ArrayLike<boolean | number>,
  firstSentinel: number,
): { input: number[]; target: number[] } {
  const input: number[] = [];
  const target: number[] = [];
  let hiddenRuns = 0;
  let otherRuns = 0;
  tokens.forEach((token, i) => {
    const startsRun = i === 0 || Boolean(hidden[i]) !== Boolean(hidden[i - 1]);
    if (hidden[i]) {
      if (startsRun) input.push(firstSentinel + hiddenRuns++);
      target.push(token);
    } else {
      if (startsRun) target.push(firstSentinel + otherRuns++);
      input.push(token);
    }
  });
  return { input, target };
}

/** Lengths of input and target, an end token on each included, of a text of `length` tokens. */
function lengthsOf(length: number, settings: SpanCorruptionSettings): { inputs: number; targets: number; spans: number } {
  const { noise, spans } = noiseLengths(length, settings.rate, settings.meanSpan);
  return { inputs: length - noise + spans + 1, targets: noise + spans + 1, spans };
}

interface CorruptedPart {
  segment: number;
  /** With begin token where the document begins, and end token. */
  input: number[];
  /** With end token. */
  target: number[];
}

/**
 * Many short documents need more sentinels and end tokens than one long one: where the room ends, the rest of the window is
 * left out. So is a part with fewer than two ordinary tokens: there is nothing to predict from.
 */
function corruptedParts(
  window: ArrayLike<number>,
  settings: SpanCorruptionSettings,
  layout: Layout,
  vocabulary: Vocabulary,
  random: Random,
): CorruptedPart[] {
  const parts: CorruptedPart[] = [];
  const room = { input: layout.context, target: layout.predicted };
  const shared = layout.architecture !== "encoder-decoder";
  for (const [index, part] of segmentsOf(window, vocabulary.begin).entries()) {
    const { begins, text } = textOf(window, part, vocabulary);
    let length = text.length;
    const taken = () => {
      const { inputs, targets } = lengthsOf(length, settings);
      return { input: begins.length + inputs + (shared ? targets - 1 : 0), target: targets };
    };
    while (length >= 2 && (taken().input > room.input || taken().target > room.target)) length--;
    if (length >= 2) {
      room.input -= taken().input;
      room.target -= taken().target;
      const hidden = randomSpansMask(length, settings.rate, settings.meanSpan, random);
      const { input, target } = corruptSpans(text.slice(0, length), hidden, vocabulary.firstSentinel);
      parts.push({ segment: index + 1, input: [...begins, ...input, vocabulary.end], target: [...target, vocabulary.end] });
    }
    if (length < text.length && text.length >= 2) break;
  }
  return parts;
}

function textOf(window: ArrayLike<number>, { start, end }: Segment, vocabulary: Vocabulary): { begins: number[]; text: number[] } {
  const begins = window[start] === vocabulary.begin ? [vocabulary.begin] : [];
  const last = window[end - 1] === vocabulary.end ? end - 1 : end;
  return { begins, text: slice(window, start + begins.length, last) };
}

function onTwoSides(parts: CorruptedPart[], vocabulary: Vocabulary): Example {
  const decoder = { tokens: [] as number[], positions: [] as number[], segments: [] as number[] };
  const example: Example = { tokens: [], positions: [], segments: [], decoder, predict: [], targets: [] };
  for (const { segment, input, target } of parts) {
    append(example, input, segment);
    for (let i = 0; i < target.length; i++) example.predict.push(decoder.tokens.length + i);
    example.targets.push(...target);
    append(decoder, [vocabulary.begin, ...target.slice(0, -1)], segment);
  }
  return example;
}

/** The last token of the input predicts the first of the target. */
function onOneSide(parts: CorruptedPart[]): Example {
  const flags: number[] = [];
  const example: Example = { tokens: [], positions: [], segments: [], prefix: flags, predict: [], targets: [] };
  for (const { segment, input, target } of parts) {
    const lastOfInput = example.tokens.length + input.length - 1;
    append(example, [...input, ...target.slice(0, -1)], segment);
    for (let i = 0; i < input.length; i++) flags.push(1);
    for (let i = 0; i < target.length - 1; i++) flags.push(0);
    for (let i = 0; i < target.length; i++) example.predict.push(lastOfInput + i);
    example.targets.push(...target);
  }
  return example;
}
