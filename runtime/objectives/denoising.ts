import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { type Random, shuffle } from "#runtime/random/random.ts";
import { type Corruption, corruptedExample, corruptedReach, corruptionLayout } from "./corruption.ts";
import { inputOf, maskShare, ordinaryIn, ratio } from "./measures.ts";
import type { Example, TextObjective } from "./objective.ts";
import { sentencesOf } from "./segments.ts";

export type DenoisingSettings = Extract<ResolvedObjective, { kind: "denoising" }>;

/**
 * BART's noises (Lewis et al. 2020, section 2.2 and figure 2), alone and together, in the order of the released code
 * (facebookresearch/fairseq, denoising_dataset.py): sentences are permuted, tokens hidden, the whole rotated. The target is the
 * text as it was. A document is its part of a window.
 */
export const denoising: TextObjective<DenoisingSettings> = {
  layout: (settings, model) => corruptionLayout(noises(settings), model),
  example: (window, settings, layout, vocabulary, random) => corruptedExample(window, noises(settings), layout, vocabulary, random),
  reach: (window, settings, layout, vocabulary) => corruptedReach(window, noises(settings), layout, vocabulary),

  measured(examples, _settings, vocabulary) {
    const read = (example: Example) => ordinaryIn(inputOf(example), vocabulary);
    const written = (example: Example) => ordinaryIn(example.targets, vocabulary);
    return { rate: 1 - ratio(examples, read, written), masks_per_token: maskShare(examples, vocabulary) };
  },

  // sentences were once cut in another way in scripts with marks of their own
  revisions: ({ permuteSentences }) => (permuteSentences ? { sentenceEnds: 1 } : {}),
};

function noises(settings: DenoisingSettings): Corruption {
  return {
    shortest: 2,
    lengths(length) {
      const { infilled, spans, deleted } = noisedTokens(length, settings);
      return { inputs: length - infilled + spans - deleted + 1, targets: length + 1 };
    },
    corrupt(text, vocabulary, random) {
      let input = [...text];
      if (settings.permuteSentences) {
        const sentences = sentencesOf(text, vocabulary.endsSentence);
        input = permuteSentences(sentences, shuffle(Array.from(sentences.keys()), random));
      }
      input = hideTokens(input, drawNoise(input.length, settings, random), vocabulary.mask);
      if (settings.rotate && input.length > 0) input = rotateText(input, random.below(input.length));
      return { input, target: [...text] };
    },
  };
}

/** λ of the Poisson distribution of the spans' lengths. */
export const meanSpan = 3;

interface Amounts {
  /** Tokens in spans, and the number of spans. */
  infilled: number;
  spans: number;
  deleted: number;
  masked: number;
}

/** Tokens under each noise: the declared shares of all tokens, rounded; no token is under two. */
export function noisedTokens(length: number, { infill, delete: deletion, mask }: DenoisingSettings): Amounts {
  const infilled = Math.round(infill * length);
  const deleted = Math.min(length - infilled, Math.round(deletion * length));
  const masked = Math.min(length - infilled - deleted, Math.round(mask * length));
  return { infilled, spans: infilled === 0 ? 0 : Math.max(1, Math.round(infilled / meanSpan)), deleted, masked };
}

/** What becomes of a text from left to right: of one token each, but for spans, which take as many as they are long. */
export type Noise = { kind: "keep" | "delete" | "mask" } | { kind: "span"; length: number };

/**
 * The number of spans is what the rate and the mean length give. Poisson lengths whose sum is known are multinomial: each hidden
 * token falls into one of the spans. Spans of no token insert a mask. Every order of spans and other tokens is equally likely.
 */
export function drawNoise(length: number, settings: DenoisingSettings, random: Random): Noise[] {
  const { infilled, spans, deleted, masked } = noisedTokens(length, settings);
  const lengths = new Array<number>(spans).fill(0);
  for (let i = 0; i < infilled; i++) {
    const span = random.below(spans);
    lengths[span] = (lengths[span] as number) + 1;
  }
  const others = Array.from({ length: length - infilled }, (_, i): Noise => {
    if (i < deleted) return { kind: "delete" };
    return { kind: i < deleted + masked ? "mask" : "keep" };
  });
  return shuffle([...lengths.map((span): Noise => ({ kind: "span", length: span })), ...others], random);
}

export function hideTokens(text: readonly number[], noise: readonly Noise[], mask: number): number[] {
  let at = 0;
  return noise.flatMap((each) => {
    const start = at;
    at += each.kind === "span" ? each.length : 1;
    if (each.kind === "keep") return text.slice(start, at);
    return each.kind === "delete" ? [] : [mask];
  });
}

export function permuteSentences(sentences: readonly (readonly number[])[], order: readonly number[]): number[] {
  return order.flatMap((index) => [...(sentences[index] as readonly number[])]);
}

export function rotateText(text: readonly number[], start: number): number[] {
  return [...text.slice(start), ...text.slice(0, start)];
}
