import type { Architecture } from "#runtime/contract/spec.ts";
import type { Example, Layout } from "#runtime/objectives/objective.ts";
import { exampleOf, layoutOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { testVocabulary } from "./vocabulary.ts";

/** Two of three tokens go on with a word, and one of twenty ends a sentence. */
export const vocabulary = testVocabulary({
  ordinary: 1000,
  sentinels: 50,
  wordStarts: (token) => token % 3 === 0,
  endsSentence: (token) => token % 20 === 7,
});

type Settings<K extends TextObjectiveSettings["kind"]> = Extract<TextObjectiveSettings, { kind: K }>;

export const causal = { kind: "causal" } as const;
export const prefix = { kind: "prefix" } as const;
export const masked = { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } as const;
export const spanCorruption = { kind: "span_corruption", rate: 0.15, meanSpan: 3 } as const;
export const denoising: Settings<"denoising"> = {
  kind: "denoising",
  infill: 0.3,
  delete: 0,
  mask: 0,
  permuteSentences: false,
  rotate: false,
};
export const deshuffling = { kind: "deshuffling" } as const;
export const replacedToken = { kind: "replaced_token", rate: 0.15, generator: 0.25, weight: 50 } as const;
export const contrastive: Settings<"contrastive"> = { kind: "contrastive", views: "dropout", temperature: 0.05, pool: "mean" };

type Carried = [TextObjectiveSettings, Architecture];
const replacements = ["mask", "masks", "drop"] as const;

export const carried: readonly Carried[] = [
  [causal, "decoder"],
  [prefix, "decoder"],
  [prefix, "encoder-decoder"],
  [masked, "encoder"],
  [spanCorruption, "decoder"],
  [spanCorruption, "encoder-decoder"],
  [{ ...prefix, rate: 0.25 }, "encoder-decoder"],
  [{ ...masked, wholeWords: true }, "encoder"],
  [{ ...masked, sentences: "next" }, "encoder"],
  [{ ...masked, sentences: "order" }, "encoder"],
  [masked, "encoder-decoder"],
  [masked, "decoder"],
  [{ ...masked, sentences: "order" }, "decoder"],
  ...replacements.map((replace): Carried => [{ ...spanCorruption, replace }, "decoder"]),
  ...replacements.map((replace): Carried => [{ ...spanCorruption, replace, target: "text" }, "encoder-decoder"]),
  [denoising, "encoder-decoder"],
  [{ ...denoising, delete: 0.1, mask: 0.2, permuteSentences: true, rotate: true }, "encoder-decoder"],
  [deshuffling, "encoder-decoder"],
  [replacedToken, "encoder"],
  [replacedToken, "decoder"],
  [contrastive, "encoder"],
  [contrastive, "decoder"],
  [{ ...contrastive, views: "neighbours" }, "encoder"],
];

/** Documents `<s> … </s>` of random lengths and ordinary tokens, one after another. */
export function stream(length: number, longest: number, seed: number): number[] {
  const from = random(seed, "documents");
  const tokens: number[] = [];
  while (tokens.length < length) {
    tokens.push(vocabulary.begin);
    for (let left = from.below(longest + 1); left > 0; left--) tokens.push(vocabulary.firstOrdinary + from.below(1000));
    tokens.push(vocabulary.end);
  }
  return tokens.slice(0, length);
}

/** Ordinary tokens alone: the middle of a long document. */
export function middle(length: number, seed: number): number[] {
  const from = random(seed, "middle");
  return Array.from({ length }, () => vocabulary.firstOrdinary + from.below(1000));
}

/** The same without the end of a sentence. */
export function inOneSentence(length: number, seed: number): number[] {
  return middle(length, seed).map((token) => (vocabulary.endsSentence(token) ? token - 1 : token));
}

export interface Made {
  window: number[];
  example: Example;
  layout: Layout;
  /** The other window, where the layout asks for one. */
  unrelated: number[] | undefined;
}

export function make(
  objective: TextObjectiveSettings,
  architecture: Architecture,
  windows: (length: number, index: number) => number[],
  count: number,
  context = 64,
): Made[] {
  const layout = layoutOf(objective, { architecture, context });
  return Array.from({ length: count }, (_, index) => {
    const window = windows(layout.window, index);
    const unrelated = layout.unrelated ? windows(layout.window, index + count) : undefined;
    return { window, layout, unrelated, example: exampleOf(objective, window, layout, vocabulary, random(7, "test", index), unrelated) };
  });
}

/** Half-width of an interval that a binomial count leaves once in 15,000 cases. */
export function fourDeviations(n: number, p: number): number {
  return 4 * Math.sqrt(n * p * (1 - p));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
