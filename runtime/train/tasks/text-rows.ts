import type { FramedText } from "#runtime/tokenizers/frame.ts";
import type { Arrays } from "#runtime/trace/function.ts";

/** One text in each row, padded after it: tokens, positions, segments, types (rows × length), int32. */
export function textRows(
  texts: readonly FramedText[],
  { rows, length, pad }: { rows: number; length: number; pad: number },
): { arrays: Arrays; tokensRead: number } {
  const tokens = new Int32Array(rows * length).fill(pad);
  const [positions, segments, types] = Array.from({ length: 3 }, () => new Int32Array(rows * length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let tokensRead = 0;
  for (const [row, { ids, types: own }] of texts.entries()) {
    tokens.set(ids, row * length);
    types.set(own, row * length);
    for (let at = 0; at < ids.length; at++) positions[row * length + at] = at;
    segments.fill(1, row * length, row * length + ids.length);
    tokensRead += ids.length;
  }
  return { arrays: { tokens, positions, segments, types }, tokensRead };
}
