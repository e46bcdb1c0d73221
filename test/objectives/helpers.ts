import type { Architecture } from "#runtime/contract/spec.ts";
import type { Example, Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import { exampleOf, layoutOf, type TextObjectiveSettings } from "#runtime/objectives/table.ts";
import { random } from "#runtime/random/random.ts";

/** 5 special tokens, 1,000 ordinary ones, 50 sentinels. */
export const vocabulary: Vocabulary = {
  size: 1055,
  pad: 0,
  unknown: 1,
  begin: 2,
  end: 3,
  mask: 4,
  firstOrdinary: 5,
  firstSentinel: 1005,
  sentinels: 50,
};

export const causal = { kind: "causal" } as const;
export const prefix = { kind: "prefix" } as const;
export const masked = { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } as const;
export const spanCorruption = { kind: "span_corruption", rate: 0.15, meanSpan: 3 } as const;

export const carried: readonly [TextObjectiveSettings, Architecture][] = [
  [causal, "decoder"],
  [prefix, "decoder"],
  [prefix, "encoder-decoder"],
  [masked, "encoder"],
  [spanCorruption, "decoder"],
  [spanCorruption, "encoder-decoder"],
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

export interface Made {
  window: number[];
  example: Example;
  layout: Layout;
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
    return { window, layout, example: exampleOf(objective, window, layout, vocabulary, random(7, "test", index)) };
  });
}

/** Half-width of an interval that a binomial count leaves once in 15,000 cases. */
export function fourDeviations(n: number, p: number): number {
  return 4 * Math.sqrt(n * p * (1 - p));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
