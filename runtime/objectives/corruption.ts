import type { Architecture } from "#runtime/contract/spec.ts";
import type { Random } from "#runtime/random/random.ts";
import type { Example, Layout, Vocabulary } from "./objective.ts";
import { append, documentText, partOf, segmentsOf } from "./segments.ts";

/**
 * A corrupted text and what is to be made of it. Each document's part of a window is corrupted on its own; `<s>` and `</s>` are
 * never corrupted.
 *
 *     encoder-decoder   encoder  <s> Thank you <extra_id_0> me … </s>     decoder  <s> <extra_id_0> for inviting …
 *     decoder           input and target in one sequence, the input read in both directions
 */
export interface Corruption {
  /** Most tokens that a text of `length` ≥ 1 tokens becomes, an end token on each side included. */
  lengths(length: number): Lengths;
  /** Input and target of a text, without begin and end tokens. */
  corrupt(text: readonly number[], vocabulary: Vocabulary, random: Random): { input: number[]; target: number[] };
  /** Texts with fewer ordinary tokens have nothing to predict, or to predict it from. */
  shortest: number;
}

interface Lengths {
  inputs: number;
  targets: number;
}

/** The longest window within one document whose input and target fit. */
export function corruptionLayout(
  { lengths, shortest }: Corruption,
  { architecture, context }: { architecture: Architecture; context: number },
): Layout {
  const twoSided = architecture === "encoder-decoder";
  const fits = (length: number): boolean => {
    const { inputs, targets } = lengths(length);
    return twoSided ? Math.max(inputs, targets) <= context : inputs + targets - 1 <= context;
  };
  let window = shortest;
  while (fits(window + 1)) window++;
  const { inputs, targets } = lengths(window);
  return {
    architecture,
    context,
    decoderContext: twoSided ? targets : 0,
    predicted: targets,
    visibility: twoSided ? "past" : "prefix",
    window,
    stride: window,
    tokens: twoSided ? inputs + targets : inputs + targets - 1,
    sentinels: 0,
    packs: true,
  };
}

export function corruptedExample(
  window: ArrayLike<number>,
  corruption: Corruption,
  layout: Layout,
  vocabulary: Vocabulary,
  random: Random,
): Example {
  const parts = takenTexts(window, corruption, layout, vocabulary).texts.map(({ segment, begins, text }): CorruptedPart => {
    const { input, target } = corruption.corrupt(text, vocabulary, random);
    return { segment, input: [...begins, ...input, vocabulary.end], target: [...target, vocabulary.end] };
  });
  return layout.architecture === "encoder-decoder" ? onTwoSides(parts, vocabulary) : onOneSide(parts);
}

/** For a window; see `TextObjective.reach`. */
export function corruptedReach(window: ArrayLike<number>, corruption: Corruption, layout: Layout, vocabulary: Vocabulary): number {
  return takenTexts(window, corruption, layout, vocabulary).reach;
}

interface CorruptedPart {
  segment: number;
  /** With begin token where the document begins, and end token. */
  input: number[];
  /** With end token. */
  target: number[];
}

interface TakenText {
  segment: number;
  /** The document's begin token, where its begin is in the window. */
  begins: number[];
  text: number[];
}

/**
 * The texts that a sequence has room for, and how far into the window they reach. Many short documents need more end tokens and marks
 * than one long one.
 */
function takenTexts(
  window: ArrayLike<number>,
  { lengths, shortest }: Corruption,
  layout: Layout,
  vocabulary: Vocabulary,
): { texts: TakenText[]; reach: number } {
  const texts: TakenText[] = [];
  const room = { input: layout.context, target: layout.predicted };
  const shared = layout.architecture !== "encoder-decoder";
  for (const [index, part] of segmentsOf(window, vocabulary.begin).entries()) {
    const { begins, text } = documentText(window, part, vocabulary);
    // nothing to predict, or to predict it from
    if (text.length < shortest) continue;
    const taken = (length: number) => {
      const { inputs, targets } = lengths(length);
      return { input: begins.length + inputs + (shared ? targets - 1 : 0), target: targets };
    };
    const fits = (length: number) => taken(length).input <= room.input && taken(length).target <= room.target;
    let max = text.length;
    while (max >= shortest && !fits(max)) max--;
    const length = partOf(text.length, max, shortest);
    if (length > 0 && fits(length)) {
      room.input -= taken(length).input;
      room.target -= taken(length).target;
      texts.push({ segment: index + 1, begins, text: text.slice(0, length) });
    }
    if (length < text.length) return { texts, reach: length === 0 ? part.start : part.start + begins.length + length };
  }
  return { texts, reach: window.length };
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
