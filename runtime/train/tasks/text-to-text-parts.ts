import type { Example, Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import { type ReadingModel, writingPart } from "#runtime/programs/task-parts.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { bucketLengths } from "#runtime/tasks/buckets.ts";
import { type Frame, framed } from "#runtime/tokenizers/frame.ts";

type TextPart = Extract<Part, { kind: "text" }>;

/** A source and its target, as ids without frame. */
export interface IdPair {
  source: readonly number[];
  target: readonly number[];
}

/** A pair fits a part with `source` ≥ its source and its frame (in a decoder + 1) and `target` ≥ its target + 1. */
export function writingParts(model: ReadingModel): TextPart[] {
  const { architecture, context } = model;
  if (architecture === "encoder-decoder") {
    const lengths = bucketLengths(context);
    return lengths.flatMap((source) => lengths.map((target) => writingPart(model, source, target)));
  }
  return bucketLengths(Math.floor(context / 2)).flatMap((target) =>
    bucketLengths(context - target).map((source) => writingPart(model, source, target)),
  );
}

/** In a decoder a longer target leaves less room for sources, but what fits the context has a part. */
export function smallestWritingPart(parts: readonly TextPart[], pairs: readonly IdPair[]): TextPart | undefined {
  const fits = ({ layout }: TextPart) =>
    pairs.every(({ source, target }) =>
      layout.decoderContext > 0
        ? source.length + 2 <= layout.context && target.length < layout.decoderContext
        : source.length + target.length + 2 <= layout.context && target.length < layout.predicted,
    );
  const size = ({ layout }: TextPart) => layout.context + layout.decoderContext;
  const fitting = parts.filter(fits).sort((a, b) => size(a) - size(b) || a.layout.predicted - b.layout.predicted);
  return fitting[0];
}

/** The target's tokens and its end, each predicted from the tokens before it. */
export function writtenExample(
  { source, target }: IdPair,
  { architecture, visibility }: Pick<Layout, "architecture" | "visibility">,
  { begin, end }: Vocabulary,
  frame: Frame,
): Example {
  const read = sourceIds(source, frame);
  const targets = [...target, end];
  if (architecture === "encoder-decoder") {
    return { ...sideOf(read), decoder: sideOf([begin, ...target]), predict: targets.map((_, i) => i), targets };
  }
  const given = visibility === "prefix" ? { prefix: [...read.map(() => 1), ...target.map(() => 0)] } : {};
  return { ...sideOf([...read, ...target]), ...given, predict: targets.map((_, i) => read.length - 1 + i), targets };
}

/** A source as the model reads it. */
export function sourceIds(source: readonly number[], frame: Frame): number[] {
  return framed([source], frame, Number.POSITIVE_INFINITY).ids;
}

function sideOf(tokens: number[]) {
  return { tokens, positions: tokens.map((_, at) => at), segments: tokens.map(() => 1) };
}
