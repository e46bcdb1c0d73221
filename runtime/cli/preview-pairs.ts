import type { MarkedText, PreviewPair, PreviewPart } from "#runtime/contract/preview.ts";
import type { Architecture } from "#runtime/contract/spec.ts";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { evaluationWindows } from "#runtime/encoding/windows.ts";
import { type Example, isOrdinary, sentinelIndex, type Vocabulary } from "#runtime/objectives/objective.ts";
import {
  exampleOf,
  hiddenIn,
  layoutOf,
  measuredOf,
  pairClassesOf,
  reachOf,
  type TextObjectiveSettings,
} from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";

export interface PreviewOptions {
  objective: TextObjectiveSettings;
  model: { architecture: Architecture; context: number };
  vocabulary: Vocabulary;
  tokens: TokenStream;
  /** Decodes tokens for display, including special tokens. */
  decode(ids: readonly number[]): string;
  pairs: number;
  /** Number of sequences for the measured rates. */
  sequences: number;
  seed: number;
}

/** The pairs that an objective makes of a corpus, from sequences spread evenly over it. A pure function of its options. */
export function previewObjective(options: PreviewOptions): Omit<PreviewPart, "part"> {
  const { objective, model, vocabulary, tokens, seed } = options;
  const layout = layoutOf(objective, model);
  const windows = evaluationWindows(tokens, layout, options.sequences * layout.stride, reachOf(objective, layout, vocabulary));
  const examples: Example[] = [];
  for (let index = 0; index < windows.count; index++) {
    const unrelated = layout.unrelated ? windows.unrelated(index) : undefined;
    examples.push(exampleOf(objective, windows.at(index), layout, vocabulary, random(seed, "preview", index), unrelated));
  }
  return {
    pairs: spread(examples, options.pairs).map((example) => pairOf(example, objective, vocabulary, options.decode)),
    measured: measuredOf(objective, layout, examples, vocabulary),
    sequences: examples.length,
  };
}

/** `count` items at even distances, starting with the first. */
function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}

function pairOf(example: Example, objective: TextObjectiveSettings, vocabulary: Vocabulary, decode: Decode): PreviewPair {
  if (example.view) return { input: decode(example.tokens), target: decode(example.view.tokens) };
  const runs = predictedRuns(example);
  const target = runs.map(({ tokens }) => decode(tokens)).join(" … ");
  const hidden = hiddenIn(example, objective);
  if (hidden !== undefined && hidden !== "sentinels") {
    const marks = new Map(runs.flatMap(({ first, tokens }, mark) => tokens.map((_, index) => [hidden[first + index], mark] as const)));
    const classes = classesOf(example, objective);
    const spans = runs.flatMap(({ tokens }, mark): MarkedText[] => [
      ...(mark > 0 ? [{ text: " … " }] : []),
      { text: decode(tokens), mark },
    ]);
    const inputParts = markedParts(
      example.tokens,
      example.tokens.map((_, position) => marks.get(position)),
      decode,
    );
    return {
      input: textOf(inputParts),
      target: target + classes,
      input_parts: inputParts,
      target_parts: classes === "" ? spans : [...spans, { text: classes }],
    };
  }
  if (hidden === "sentinels") {
    const predicted = runs.flatMap(({ tokens }) => tokens);
    const inputParts = markedParts(example.tokens, sentinelMarks(example.tokens, vocabulary, example.prefix), decode);
    const targetParts = markedParts(predicted, spanMarks(predicted, vocabulary), decode);
    return { input: textOf(inputParts), target: textOf(targetParts), input_parts: inputParts, target_parts: targetParts };
  }
  return { input: decode(example.tokens), target };
}

function textOf(parts: readonly MarkedText[]): string {
  return parts.map(({ text }) => text).join("");
}

/** The classes of pairs of texts, in their order. */
function classesOf({ pairs = [] }: Example, objective: TextObjectiveSettings): string {
  const names = pairClassesOf(objective);
  if (!names || pairs.length === 0) return "";
  return ` (${pairs.map(({ label }) => names[label]).join(", ")})`;
}

type Decode = (ids: readonly number[]) => string;

/** Runs of consecutive predicted tokens; `first` is the index of the first among all predictions. */
function predictedRuns({ predict, targets }: Example): { first: number; tokens: number[] }[] {
  const runs: { first: number; tokens: number[] }[] = [];
  predict.forEach((position, index) => {
    const follows = index > 0 && position === predict[index - 1]! + 1;
    if (follows) runs.at(-1)!.tokens.push(targets[index]!);
    else runs.push({ first: index, tokens: [targets[index]!] });
  });
  return runs;
}

/** Marks of the input, where a sentinel replaces a span; in a decoder's sequence, the spans follow after the prefix. */
function sentinelMarks(tokens: readonly number[], vocabulary: Vocabulary, prefix: Example["prefix"]): (number | undefined)[] {
  const inputEnd = prefix ? prefix.lastIndexOf(1) + 1 : tokens.length;
  const shown = tokens.slice(0, inputEnd).map((token) => sentinelIndex(token, vocabulary));
  return [...shown, ...spanMarks(tokens.slice(inputEnd), vocabulary)];
}

/** Marks of the target, where a span follows its sentinel. */
function spanMarks(tokens: readonly number[], vocabulary: Vocabulary): (number | undefined)[] {
  let mark: number | undefined;
  return tokens.map((token) => {
    const sentinel = sentinelIndex(token, vocabulary);
    if (sentinel !== undefined) mark = sentinel;
    else if (!isOrdinary(token, vocabulary)) mark = undefined;
    return mark;
  });
}

function markedParts(tokens: readonly number[], marks: readonly (number | undefined)[], decode: Decode): MarkedText[] {
  const parts: MarkedText[] = [];
  let begin = 0;
  for (let index = 0; index < tokens.length; index++) {
    if (index + 1 < tokens.length && marks[index + 1] === marks[index]) continue;
    // the text of a token can depend on the tokens before it
    const before = decode(tokens.slice(0, begin));
    const text = decode(tokens.slice(0, index + 1));
    const mark = marks[index];
    // if the cut is within a character, its bytes are shown on both sides
    const part = text.startsWith(before) ? text.slice(before.length) : decode(tokens.slice(begin, index + 1));
    parts.push({ text: part, ...(mark === undefined ? {} : { mark }) });
    begin = index + 1;
  }
  return parts;
}
