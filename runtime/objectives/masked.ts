import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { type Random, shuffle } from "#runtime/random/random.ts";
import type { Example, TextObjective, Vocabulary } from "./objective.ts";
import { append, segmentsOf, slice } from "./segments.ts";

export type MaskedSettings = Extract<ResolvedObjective, { kind: "masked" }>;

/**
 * Masked language modelling (Devlin et al. 2019, section 3.1 and appendix A.1). The number of predicted tokens of a sequence
 * is fixed (the rate of its ordinary tokens, rounded, at least one); which ones is random, and so is what becomes of each.
 */
export const masked: TextObjective<MaskedSettings> = {
  layout(settings, { architecture, context }) {
    return {
      architecture,
      context,
      decoderContext: 0,
      predicted: chosenOf(context, settings.rate),
      prefix: false,
      window: context,
      stride: context,
      tokens: context,
      sentinels: 0,
    };
  },

  example(window, settings, _layout, vocabulary, random) {
    const example: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
    segmentsOf(window, vocabulary.begin).forEach(({ start, end }, index) => {
      append(example, slice(window, start, end), index + 1);
    });
    const maskable = example.tokens.flatMap((token, position) => (isOrdinary(token, vocabulary) ? [position] : []));
    const chosen = shuffle(maskable, random).slice(0, chosenOf(maskable.length, settings.rate));
    for (const position of chosen.sort((a, b) => a - b)) {
      const token = example.tokens[position] as number;
      example.predict.push(position);
      example.targets.push(token);
      example.tokens[position] = corrupted(token, settings, vocabulary, random);
    }
    return example;
  },
};

function chosenOf(maskable: number, rate: number): number {
  return maskable === 0 ? 0 : Math.max(1, Math.round(rate * maskable));
}

function isOrdinary(token: number, vocabulary: Vocabulary): boolean {
  return token >= vocabulary.firstOrdinary && token < vocabulary.firstSentinel;
}

function corrupted(token: number, settings: MaskedSettings, vocabulary: Vocabulary, random: Random): number {
  const draw = random.uniform();
  if (draw < settings.mask) return vocabulary.mask;
  if (draw < settings.mask + settings.random) {
    return vocabulary.firstOrdinary + random.below(vocabulary.firstSentinel - vocabulary.firstOrdinary);
  }
  return token;
}
