import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { type Random, shuffle } from "#runtime/random/random.ts";
import { type Corruption, corruptedExample, corruptedReach, corruptionLayout } from "./corruption.ts";
import { maskedRates, maskShare } from "./measures.ts";
import { type Example, isOrdinary, type Layout, type TextObjective, type Vocabulary } from "./objective.ts";
import { append, segmentsOf, slice } from "./segments.ts";
import { pairClasses, pairLayout, pairRates, pairsReach, sentencePairs } from "./sentence-pairs.ts";

export type MaskedSettings = Extract<ResolvedObjective, { kind: "masked" }>;

/**
 * Masked language modelling (Devlin et al. 2019, section 3.1 and appendix A.1). The number of predicted tokens of a sequence
 * is fixed (the rate of its ordinary tokens, rounded, at least one); which ones is random, and so is what becomes of each.
 * In an encoder-decoder the encoder reads the masked text and the decoder writes the whole of it (Raffel et al. 2020, section
 * 3.3.1 and table 3, "BERT-style").
 */
export const masked: TextObjective<MaskedSettings> = {
  layout(settings, model) {
    if (model.architecture === "encoder-decoder") return corruptionLayout(rewritten(settings), model);
    const { architecture, context } = model;
    const layout: Layout = {
      architecture,
      context,
      decoderContext: 0,
      predicted: chosenOf(context, settings.rate),
      visibility: "all",
      window: context,
      stride: context,
      tokens: context,
      sentinels: 0,
    };
    return settings.sentences === undefined ? layout : pairLayout(layout, settings.sentences);
  },

  example(window, settings, layout, vocabulary, random, unrelated) {
    if (layout.architecture === "encoder-decoder") return corruptedExample(window, rewritten(settings), layout, vocabulary, random);
    const example =
      settings.sentences === undefined
        ? wholeWindow(window, vocabulary)
        : sentencePairs({ window, unrelated, kind: settings.sentences, layout, vocabulary, random });
    const { tokens, chosen } = maskTokens(example.tokens, settings, vocabulary, random);
    return { ...example, tokens, predict: chosen, targets: chosen.map((position) => example.tokens[position] as number) };
  },

  reach(window, settings, layout, vocabulary) {
    if (layout.architecture === "encoder-decoder") return corruptedReach(window, rewritten(settings), layout, vocabulary);
    return pairsReach(window, layout, vocabulary);
  },

  likelihood: { kind: "pseudo", hideOne },

  measured(examples, _settings, vocabulary) {
    if (examples.some((example) => example.decoder)) return { masked: maskShare(examples, vocabulary) };
    return { ...maskedRates(examples, vocabulary), ...pairRates(examples) };
  },

  hidden: ({ decoder, predict }) => (decoder ? undefined : predict),

  pairClasses: ({ sentences }) => sentences && pairClasses[sentences],

  revisions: ({ sentences, wholeWords }) => ({
    // pairs of texts were once told apart without a pooler, and sentences cut in another way in scripts with marks of their own
    ...(sentences ? { pooler: 1, sentenceEnds: 1 } : {}),
    // words were once cut in another way where a script has no spaces
    ...(wholeWords ? { words: 1 } : {}),
  }),
};

/** The window with one token masked, which is predicted at its place. */
export function hideOne(window: ArrayLike<number>, position: number, vocabulary: Vocabulary): Example {
  const example = wholeWindow(window, vocabulary);
  const tokens = example.tokens.map((token, at) => (at === position ? vocabulary.mask : token));
  return { ...example, tokens, predict: [position], targets: [example.tokens[position]!] };
}

function wholeWindow(window: ArrayLike<number>, vocabulary: Vocabulary): Example {
  const example: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
  segmentsOf(window, vocabulary.begin).forEach(({ start, end }, index) => {
    append(example, slice(window, start, end), index + 1);
  });
  return example;
}

function rewritten(settings: MaskedSettings): Corruption {
  return {
    shortest: 2,
    lengths: (length) => ({ inputs: length + 1, targets: length + 1 }),
    corrupt: (text, vocabulary, random) => ({ input: maskTokens(text, settings, vocabulary, random).tokens, target: [...text] }),
  };
}

type MaskSettings = Pick<MaskedSettings, "rate" | "mask" | "random" | "keep" | "wholeWords">;

/** The tokens with some of them hidden, and where these are, in order. */
export function maskTokens(
  tokens: readonly number[],
  settings: MaskSettings,
  vocabulary: Vocabulary,
  random: Random,
): { tokens: number[]; chosen: number[] } {
  const maskable = tokens.flatMap((token, position) => (isOrdinary(token, vocabulary) ? [position] : []));
  const count = chosenOf(maskable.length, settings.rate);
  const units = settings.wholeWords ? wordsOf(maskable, tokens, vocabulary) : maskable.map((position) => [position]);
  const chosen: number[] = [];
  // a word that is too long for what is left to choose is passed over (released code of BERT, create_masked_lm_predictions)
  for (const unit of shuffle(units, random)) if (chosen.length + unit.length <= count) chosen.push(...unit);
  chosen.sort((a, b) => a - b);
  const corrupted = [...tokens];
  for (const position of chosen) corrupted[position] = corruptedToken(tokens[position] as number, settings, vocabulary, random);
  return { tokens: corrupted, chosen };
}

/** The positions that belong to one word. */
function wordsOf(positions: readonly number[], tokens: readonly number[], vocabulary: Vocabulary): number[][] {
  const words: number[][] = [];
  for (const span of neighbours(positions)) {
    const starts = vocabulary.wordStarts(span.map((position) => tokens[position] as number));
    span.forEach((position, i) => {
      if (i === 0 || starts[i]) words.push([position]);
      else words.at(-1)?.push(position);
    });
  }
  return words;
}

/** Stretches of positions without a gap. */
function neighbours(positions: readonly number[]): number[][] {
  const spans: number[][] = [];
  for (const position of positions) {
    const last = spans.at(-1);
    if (last?.at(-1) === position - 1) last.push(position);
    else spans.push([position]);
  }
  return spans;
}

/** The number of tokens that are chosen, at least one if any may be. */
export function chosenOf(maskable: number, rate: number): number {
  return maskable === 0 ? 0 : Math.max(1, Math.round(rate * maskable));
}

function corruptedToken(token: number, settings: MaskSettings, vocabulary: Vocabulary, random: Random): number {
  const draw = random.uniform();
  if (draw < settings.mask) return vocabulary.mask;
  if (draw < settings.mask + settings.random) {
    return vocabulary.firstOrdinary + random.below(vocabulary.endOrdinary - vocabulary.firstOrdinary);
  }
  return token;
}
