import type { Arrays } from "../../trace/function.ts";

/** One text a row, padding behind it: tokens, positions, segments (rows × length), int32. */
export function textRows(
  texts: readonly (readonly number[])[],
  { rows, length, pad }: { rows: number; length: number; pad: number },
): { arrays: Arrays; tokensRead: number } {
  const tokens = new Int32Array(rows * length).fill(pad);
  const [positions, segments] = [new Int32Array(rows * length), new Int32Array(rows * length)];
  let tokensRead = 0;
  for (const [row, ids] of texts.entries()) {
    tokens.set(ids, row * length);
    for (let at = 0; at < ids.length; at++) positions[row * length + at] = at;
    segments.fill(1, row * length, row * length + ids.length);
    tokensRead += ids.length;
  }
  return { arrays: { tokens, positions, segments }, tokensRead };
}
