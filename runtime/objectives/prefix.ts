import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Random } from "#runtime/random/random.ts";
import { positionsIn, ratio } from "./measures.ts";
import type { Example, TextObjective, Vocabulary } from "./objective.ts";
import { append, type Segment, segmentsOf, slice } from "./segments.ts";

export type PrefixSettings = Extract<ResolvedObjective, { kind: "prefix" }>;

/**
 * Prefix language modelling (Raffel et al. 2020, sections 3.2.3 and 3.3.1): a uniformly random part of each segment, at
 * least one token and at most all but one, is read in both directions; each token after it is predicted. With a rate, that share
 * is predicted on average (Tay et al. 2022, UL2, section 3.1.2: S-denoising).
 */
export const prefix: TextObjective<PrefixSettings> = {
  layout(_settings, { architecture, context }) {
    const sides = architecture === "encoder-decoder" ? 2 : 1;
    return {
      architecture,
      context,
      decoderContext: sides === 2 ? context : 0,
      // any split must fit: a prefix of one token leaves all others to predict
      predicted: context,
      visibility: sides === 1 ? "prefix" : "past",
      window: context + 1,
      // a decoder reads the last token of a window again as the first of the next; an encoder-decoder has no need to
      stride: sides === 2 ? context + 1 : context,
      tokens: sides === 2 ? context + 1 : context,
      sentinels: 0,
    };
  },

  example(window, { rate }, layout, vocabulary, random) {
    const segments = segmentsOf(window, vocabulary.begin);
    const lengthOf = (length: number) => prefixLengthOf(length, rate, random);
    return layout.architecture === "encoder-decoder"
      ? onTwoSides(window, segments, vocabulary, lengthOf)
      : onOneSide(window, segments, lengthOf);
  },

  continues: true,

  measured: (examples) => ({
    prefix_share: ratio(examples, (example) => (example.prefix ?? example.tokens).filter(Boolean).length, positionsIn),
  }),
};

/** In a decoder the last prefix token predicts the first token after the prefix. */
function onOneSide(window: ArrayLike<number>, segments: Segment[], prefixLength: (length: number) => number): Example {
  const flags: number[] = [];
  const example: Example = { tokens: [], positions: [], segments: [], prefix: flags, predict: [], targets: [] };
  segments.forEach(({ start, end }, index) => {
    const length = end - start;
    const read = length < 2 ? length : prefixLength(length);
    append(example, slice(window, start, Math.min(end, window.length - 1)), index + 1);
    while (flags.length < example.tokens.length) flags.push(flags.length < start + read ? 1 : 0);
    for (let i = start + read - 1; i < end - 1; i++) {
      example.predict.push(i);
      example.targets.push(window[i + 1] as number);
    }
  });
  return example;
}

/** The encoder reads the prefix, the decoder writes the rest. A segment of one token has no rest and is left out. */
function onTwoSides(
  window: ArrayLike<number>,
  segments: Segment[],
  vocabulary: Vocabulary,
  prefixLength: (length: number) => number,
): Example {
  const decoder = { tokens: [] as number[], positions: [] as number[], segments: [] as number[] };
  const example: Example = { tokens: [], positions: [], segments: [], decoder, predict: [], targets: [] };
  segments.forEach(({ start, end }, index) => {
    if (end - start < 2) return;
    const cut = start + prefixLength(end - start);
    append(example, slice(window, start, cut), index + 1);
    const target = slice(window, cut, end);
    for (let i = 0; i < target.length; i++) example.predict.push(decoder.tokens.length + i);
    example.targets.push(...target);
    append(decoder, [vocabulary.begin, ...target.slice(0, -1)], index + 1);
  });
  return example;
}

/** Uniform in 1 … length − 1; with a rate, uniform about what leaves that share, as widely as 1 and length − 1 let it. */
function prefixLengthOf(length: number, rate: number | undefined, random: Random): number {
  if (rate === undefined) return 1 + random.below(length - 1);
  const mean = Math.min(Math.max(1, rate * length), length - 1);
  const spread = Math.min(mean - 1, length - 1 - mean);
  return length - Math.round(mean - spread + 2 * spread * random.uniform());
}
