import type { Architecture } from "#runtime/contract/spec.ts";
import type { Random } from "#runtime/random/random.ts";
import type { Example, Layout, Vocabulary } from "./objective.ts";
import { append, segmentsOf, textOf } from "./segments.ts";

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

/** The longest window whose input and target fit, where it lies in one document. */
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
    prefix: !twoSided,
    window,
    stride: window,
    tokens: twoSided ? inputs + targets : inputs + targets - 1,
    sentinels: 0,
  };
}

export function corruptedExample(
  window: ArrayLike<number>,
  corruption: Corruption,
  layout: Layout,
  vocabulary: Vocabulary,
  random: Random,
): Example {
  const parts = corruptedParts(window, corruption, layout, vocabulary, random);
  return layout.architecture === "encoder-decoder" ? onTwoSides(parts, vocabulary) : onOneSide(parts);
}

interface CorruptedPart {
  segment: number;
  /** With begin token where the document begins, and end token. */
  input: number[];
  /** With end token. */
  target: number[];
}

/** Many short documents need more end tokens than one long one: where the room ends, the rest of the window is left out. */
function corruptedParts(
  window: ArrayLike<number>,
  { lengths, corrupt, shortest }: Corruption,
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
      const { inputs, targets } = lengths(length);
      return { input: begins.length + inputs + (shared ? targets - 1 : 0), target: targets };
    };
    while (length >= shortest && (taken().input > room.input || taken().target > room.target)) length--;
    if (length >= shortest) {
      room.input -= taken().input;
      room.target -= taken().target;
      const { input, target } = corrupt(text.slice(0, length), vocabulary, random);
      parts.push({ segment: index + 1, input: [...begins, ...input, vocabulary.end], target: [...target, vocabulary.end] });
    }
    if (length < text.length && text.length >= shortest) break;
  }
  return parts;
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
