import { TextDocument } from "vscode-languageserver-textdocument";
import type { Position, Range } from "../protocol.ts";

/** Moves positions in an earlier text to the same characters in a later one. */
export interface Shift {
  position(position: Position): Position;
  range(range: Range): Range;
}

/** The shift between two texts. Positions inside the changed part move to its edges. */
export function shiftBetween(before: string, after: string): Shift {
  if (before === after) return { position: (position) => position, range: (range) => range };
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start++;
  let end = 0;
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const [from, to] = [documentOf(before), documentOf(after)];
  const move = (offset: number, atEdge: number) => {
    if (offset <= start) return offset;
    return offset >= before.length - end ? offset + after.length - before.length : atEdge;
  };
  const moved = (position: Position, atEdge: number) => to.positionAt(move(from.offsetAt(position), atEdge));
  return {
    position: (position) => moved(position, start),
    range: (range) => ({ start: moved(range.start, start), end: moved(range.end, after.length - end) }),
  };
}

function documentOf(text: string): TextDocument {
  return TextDocument.create("text:", "pretrain", 0, text);
}
