import type { Architecture } from "#runtime/contract/spec.ts";
import type { TokenStream } from "#runtime/data/token-stream.ts";
import { evaluationWindows } from "#runtime/data/windows.ts";
import type { Example, Vocabulary } from "#runtime/objectives/objective.ts";
import { exampleOf, layoutOf, type TextObjectiveSettings } from "#runtime/objectives/table.ts";
import { random } from "#runtime/random/random.ts";

/** What a model reads and what it should answer. */
export interface Pair {
  input: string;
  /** What is predicted; `…` stands for what is not. */
  target: string;
  /** The same two texts, cut where what the objective changed begins and ends. */
  input_parts?: MarkedText[];
  target_parts?: MarkedText[];
}

/** A stretch of a text. Stretches of input and target with the same mark belong together: a span and where it was. */
export interface MarkedText {
  text: string;
  /** From 0; absent where the objective changed nothing. */
  mark?: number;
}

export interface Preview {
  pairs: Pair[];
  /** Over all sequences that were looked at; 0 to 1, spans in tokens. */
  measured: Record<string, number>;
  sequences: number;
}

export interface PreviewOptions {
  objective: TextObjectiveSettings;
  model: { architecture: Architecture; context: number };
  vocabulary: Vocabulary;
  tokens: TokenStream;
  /** Tokens as people read them, special ones included. */
  decode(ids: readonly number[]): string;
  pairs: number;
  /** Sequences for the measured rates. */
  sequences: number;
  seed: number;
}

/** What an objective makes of a corpus, from sequences spread evenly over it. A pure function of its options. */
export function previewObjective(options: PreviewOptions): Preview {
  const { objective, model, vocabulary, tokens, seed } = options;
  const layout = layoutOf(objective, model);
  const windows = evaluationWindows(tokens, layout, options.sequences * layout.stride);
  const examples: Example[] = [];
  for (let index = 0; index < windows.count; index++) {
    examples.push(exampleOf(objective, windows.at(index), layout, vocabulary, random(seed, "preview", index)));
  }
  return {
    pairs: spread(examples, options.pairs).map((example) => pairOf(example, objective.kind, vocabulary, options.decode)),
    measured: { predicted_per_position: ratio(examples, predicted, read), ...measuredOf(objective.kind, examples, vocabulary) },
    sequences: examples.length,
  };
}

/** So many, evenly from the first on. */
function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}

function pairOf(example: Example, kind: TextObjectiveSettings["kind"], vocabulary: Vocabulary, decode: Decode): Pair {
  const runs = predictedRuns(example);
  const target = runs.map(({ tokens }) => decode(tokens)).join(" … ");
  const input = decode(example.tokens);
  if (kind === "masked") {
    const marks = new Map(runs.flatMap(({ first, tokens }, mark) => tokens.map((_, index) => [first + index, mark] as const)));
    return {
      input,
      target,
      input_parts: markedParts(
        example.tokens,
        example.tokens.map((_, position) => marks.get(position)),
        decode,
      ),
      target_parts: runs.flatMap(({ tokens }, mark) => [...(mark > 0 ? [{ text: " … " }] : []), { text: decode(tokens), mark }]),
    };
  }
  if (kind === "span_corruption") {
    const predicted = runs.flatMap(({ tokens }) => tokens);
    return {
      input,
      target,
      input_parts: markedParts(example.tokens, sentinelMarks(example.tokens, vocabulary, example.prefix), decode),
      target_parts: markedParts(predicted, spanMarks(predicted, vocabulary), decode),
    };
  }
  return { input, target };
}

type Decode = (ids: readonly number[]) => string;

/** Predicted tokens that follow each other, and the position of the first in the input. */
function predictedRuns({ predict, targets }: Example): { first: number; tokens: number[] }[] {
  const runs: { first: number; tokens: number[] }[] = [];
  predict.forEach((position, index) => {
    const follows = index > 0 && position === predict[index - 1]! + 1;
    if (follows) runs.at(-1)!.tokens.push(targets[index]!);
    else runs.push({ first: position, tokens: [targets[index]!] });
  });
  return runs;
}

/** In the input a sentinel stands for a span; a decoder's sequence holds the spans too, behind the prefix. */
function sentinelMarks(tokens: readonly number[], vocabulary: Vocabulary, prefix: Example["prefix"]): (number | undefined)[] {
  const inputEnd = prefix ? prefix.lastIndexOf(1) + 1 : tokens.length;
  const shown = tokens.slice(0, inputEnd).map((token) => (isSentinel(token, vocabulary) ? token - vocabulary.firstSentinel : undefined));
  return [...shown, ...spanMarks(tokens.slice(inputEnd), vocabulary)];
}

/** In the target a span follows its sentinel. */
function spanMarks(tokens: readonly number[], vocabulary: Vocabulary): (number | undefined)[] {
  let mark: number | undefined;
  return tokens.map((token) => {
    if (isSentinel(token, vocabulary)) mark = token - vocabulary.firstSentinel;
    else if (!isOrdinary(token, vocabulary)) mark = undefined;
    return mark;
  });
}

function markedParts(tokens: readonly number[], marks: readonly (number | undefined)[], decode: Decode): MarkedText[] {
  const parts: MarkedText[] = [];
  let shown = 0;
  for (let index = 0; index < tokens.length; index++) {
    if (index + 1 < tokens.length && marks[index + 1] === marks[index]) continue;
    // a token's text can depend on what stands before it
    const text = decode(tokens.slice(0, index + 1));
    const mark = marks[index];
    parts.push({ text: text.slice(shown), ...(mark === undefined ? {} : { mark }) });
    shown = text.length;
  }
  return parts;
}

function measuredOf(kind: TextObjectiveSettings["kind"], examples: readonly Example[], vocabulary: Vocabulary): Record<string, number> {
  if (kind === "masked") return maskedRates(examples, vocabulary);
  if (kind === "span_corruption") return spanRates(examples, vocabulary);
  if (kind === "prefix")
    return { prefix_share: ratio(examples, (example) => (example.prefix ?? example.tokens).filter(Boolean).length, read) };
  return {};
}

function maskedRates(examples: readonly Example[], vocabulary: Vocabulary): Record<string, number> {
  const inputAt = (example: Example, index: number) => example.tokens[example.predict[index]!]!;
  const masked = (example: Example) => example.targets.filter((_, index) => inputAt(example, index) === vocabulary.mask).length;
  const kept = (example: Example) => example.targets.filter((target, index) => inputAt(example, index) === target).length;
  // of the tokens that could be hidden: ordinary ones, and what was hidden
  const candidates = (example: Example) =>
    example.tokens.filter((token) => isOrdinary(token, vocabulary) || token === vocabulary.mask).length;
  return {
    rate: ratio(examples, predicted, candidates),
    masked: ratio(examples, masked, predicted),
    kept: ratio(examples, kept, predicted),
    random: ratio(examples, (example) => predicted(example) - masked(example) - kept(example), predicted),
  };
}

function spanRates(examples: readonly Example[], vocabulary: Vocabulary): Record<string, number> {
  const hidden = (example: Example) => example.targets.filter((token) => isOrdinary(token, vocabulary)).length;
  const spans = (example: Example) => example.targets.filter((token) => token >= vocabulary.firstSentinel).length;
  const inputOf = (example: Example) => (example.prefix ? example.tokens.filter((_, index) => example.prefix![index]) : example.tokens);
  const shown = (example: Example) => inputOf(example).filter((token) => isOrdinary(token, vocabulary)).length;
  return { rate: ratio(examples, hidden, (example) => hidden(example) + shown(example)), mean_span: ratio(examples, hidden, spans) };
}

function isOrdinary(token: number, vocabulary: Vocabulary): boolean {
  return token >= vocabulary.firstOrdinary && token < vocabulary.firstSentinel;
}

function isSentinel(token: number, vocabulary: Vocabulary): boolean {
  return token >= vocabulary.firstSentinel;
}

function predicted(example: Example): number {
  return example.predict.length;
}

function read(example: Example): number {
  return example.tokens.length + (example.decoder?.tokens.length ?? 0);
}

function ratio(examples: readonly Example[], above: (example: Example) => number, below: (example: Example) => number): number {
  const sum = (of: (example: Example) => number) => examples.reduce((total, example) => total + of(example), 0);
  const denominator = sum(below);
  return denominator === 0 ? 0 : sum(above) / denominator;
}
