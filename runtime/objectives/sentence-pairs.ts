import type { Random } from "#runtime/random/random.ts";
import { type Example, isOrdinary, type Layout, type Vocabulary } from "./objective.ts";
import { append, documentText, partOf, segmentsOf, sentencesOf } from "./segments.ts";

export type PairKind = "next" | "order";

/** What the classes 0 and 1 mean. */
export const pairClasses: Readonly<Record<PairKind, readonly [string, string]>> = {
  next: ["follows", "does not follow"],
  order: ["in order", "swapped"],
};

/** `<s> A </s> B </s>`: the special tokens of a pair. */
const specials = 3;

/** Pairs that one sequence has room for. */
export function pairSlots(context: number): number {
  return Math.max(1, Math.floor(context / 16));
}

/** The layout with pairs of texts in place of documents. */
export function pairLayout(layout: Layout, kind: PairKind): Layout {
  const window = layout.context - specials;
  return {
    ...layout,
    window,
    stride: window,
    packs: true,
    unrelated: kind === "next",
    auxiliary: { kind: "sentence_pairs", slots: pairSlots(layout.context) },
  };
}

/**
 * Each document's part of the window is cut in two at the end of a sentence, where there is one, and half of the pairs are
 * falsified. `next` (Devlin et al. 2019, section 3.1): the second text is taken from elsewhere in the corpus; class 0 follows, 1
 * does not. `order` (Lan et al. 2020, section 3.1): the two change places; class 0 is in order, 1 is not.
 */
export function sentencePairs(from: {
  window: ArrayLike<number>;
  /** Another window of the corpus; undefined where there is none: then every text follows the other. */
  unrelated: ArrayLike<number> | undefined;
  kind: PairKind;
  layout: Layout;
  vocabulary: Vocabulary;
  random: Random;
}): Example {
  const { window, kind, layout, vocabulary, random } = from;
  const pairs: NonNullable<Example["pairs"]> = [];
  const types: number[] = [];
  const example: Example = { tokens: [], positions: [], segments: [], types, pairs, predict: [], targets: [] };
  for (const { segment, text } of takenTexts(window, layout, vocabulary).texts) {
    const cut = cutOf(text, vocabulary, random);
    const [first, second] = [text.slice(0, cut), text.slice(cut)];
    const other = kind === "order" ? first : otherText(from.unrelated, second.length, vocabulary, random);
    const isFalse = other.length > 0 && random.below(2) === 1;
    const [a, b] = !isFalse ? [first, second] : kind === "order" ? [second, first] : [first, other];
    const { begin, end } = vocabulary;
    pairs.push({ position: example.tokens.length, label: isFalse ? 1 : 0 });
    for (let i = 0; i < a.length + 2; i++) types.push(0);
    for (let i = 0; i < b.length + 1; i++) types.push(1);
    append(example, [begin, ...a, end, ...b, end], segment);
  }
  return example;
}

/** How many of a window's tokens a sequence of pairs has room for. */
export function pairsReach(window: ArrayLike<number>, layout: Layout, vocabulary: Vocabulary): number {
  return takenTexts(window, layout, vocabulary).reach;
}

/** Share of the pairs that were falsified; nothing where there are no pairs. */
export function pairRates(examples: readonly Example[]): Record<string, number> {
  const pairs = examples.flatMap((example) => example.pairs ?? []);
  return pairs.length === 0 ? {} : { falsified_pairs: pairs.filter(({ label }) => label === 1).length / pairs.length };
}

/** The documents' parts that become pairs, and how far into the window they reach. One token cannot be cut in two. */
function takenTexts(
  window: ArrayLike<number>,
  layout: Layout,
  vocabulary: Vocabulary,
): { texts: { segment: number; text: number[] }[]; reach: number } {
  const slots = layout.auxiliary?.kind === "sentence_pairs" ? layout.auxiliary.slots : 0;
  const texts: { segment: number; text: number[] }[] = [];
  let room = layout.context;
  for (const [index, part] of segmentsOf(window, vocabulary.begin).entries()) {
    const { begins, text } = documentText(window, part, vocabulary);
    if (text.length < 2) continue;
    const length = texts.length === slots ? 0 : partOf(text.length, room - specials, 2);
    if (length > 0) texts.push({ segment: index + 1, text: text.slice(0, length) });
    if (length < text.length) return { texts, reach: length === 0 ? part.start : part.start + begins.length + length };
    room -= length + specials;
  }
  return { texts, reach: window.length };
}

/** Where the second text begins: after a sentence, each as likely as the others; within one sentence, after any token. */
function cutOf(text: readonly number[], vocabulary: Vocabulary, random: Random): number {
  const sentences = sentencesOf(text, vocabulary.endsSentence);
  if (sentences.length < 2) return 1 + random.below(text.length - 1);
  const before = sentences.slice(0, 1 + random.below(sentences.length - 1));
  return before.reduce((sum, sentence) => sum + sentence.length, 0);
}

/** The beginning of one of the documents' parts of another window. */
function otherText(window: ArrayLike<number> | undefined, length: number, vocabulary: Vocabulary, random: Random): number[] {
  if (window === undefined) return [];
  const texts = segmentsOf(window, vocabulary.begin)
    .map((segment) => documentText(window, segment, vocabulary).text)
    .filter((text) => text.some((token) => isOrdinary(token, vocabulary)));
  if (texts.length === 0) return [];
  return (texts[random.below(texts.length)] as number[]).slice(0, length);
}
