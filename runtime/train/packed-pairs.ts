import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import type { Example, Vocabulary } from "#runtime/objectives/objective.ts";
import type { TextPart } from "#runtime/programs/text-part.ts";
import type { Frame } from "#runtime/tokenizers/frame.ts";
import { packedRows } from "./packed-rows.ts";
import { type IdPair, writtenExample } from "./tasks/text-to-text-parts.ts";
import { type BatchSizes, type BatchSource, toStep } from "./text-batches.ts";

/** Batches of a task that answers by writing, as an objective: sources and targets, several pairs to a row. */
export function packedPairs({
  pairs,
  part,
  vocabulary,
  frame,
  seed,
  batch,
  accumulate,
}: BatchSizes & { pairs: readonly IdPair[]; part: TextPart; vocabulary: Vocabulary; frame: Frame; seed: number }): BatchSource {
  const { layout } = part;
  const items = pairs.map((pair) => writtenExample(pair, layout, vocabulary, frame));
  const fits = (row: readonly Example[], next: Example): boolean => {
    const used = (of: (example: Example) => number) => row.reduce((sum, example) => sum + of(example), of(next));
    return (
      used((example) => example.tokens.length) <= layout.context &&
      used((example) => example.decoder?.tokens.length ?? 0) <= layout.decoderContext
    );
  };
  const rowAt = packedRows({ items, fits, path: [seed, "pairs", part.name] });
  return {
    at(step) {
      const size = batch / accumulate;
      const micro = Array.from({ length: accumulate }, (_, i) => {
        const rows = Array.from({ length: size }, (_, j) => packedExamples(rowAt(step * batch + i * size + j)));
        return assembleBatch(rows, layout, vocabulary);
      });
      return toStep(micro);
    },
  };
}

/** Examples one after the other in one sequence; attention does not cross from one to the next. */
export function packedExamples(examples: readonly Example[]): Example {
  const row: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
  if (examples[0]?.decoder) row.decoder = { tokens: [], positions: [], segments: [] };
  for (const [index, example] of examples.entries()) {
    const before = row.decoder?.tokens.length ?? row.tokens.length;
    row.predict.push(...example.predict.map((position) => before + position));
    row.targets.push(...example.targets);
    if (example.prefix) row.prefix = [...(row.prefix ?? []), ...example.prefix];
    for (const [to, from] of [
      [row, example] as const,
      ...(row.decoder && example.decoder ? [[row.decoder, example.decoder] as const] : []),
    ]) {
      to.tokens.push(...from.tokens);
      to.positions.push(...from.positions);
      to.segments.push(...from.segments.map(() => index + 1));
    }
  }
  return row;
}
