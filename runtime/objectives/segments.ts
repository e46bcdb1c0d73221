import type { Vocabulary } from "./objective.ts";

/** A part of a window within one document: `start` (included) to `end` (excluded). */
export interface Segment {
  start: number;
  end: number;
}

/** Cuts a window where documents begin. A window may start in the middle of a document: that part is its first segment. */
export function segmentsOf(window: ArrayLike<number>, begin: number): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  for (let i = 1; i <= window.length; i++) {
    if (i < window.length && window[i] !== begin) continue;
    segments.push({ start, end: i });
    start = i;
  }
  return window.length === 0 ? [] : segments;
}

/** A document's part of a window: its begin token, if it has one, and its tokens between begin and end. */
export function documentText(
  window: ArrayLike<number>,
  { start, end }: Segment,
  vocabulary: Pick<Vocabulary, "begin" | "end">,
): { begins: number[]; text: number[] } {
  const begins = window[start] === vocabulary.begin ? [vocabulary.begin] : [];
  const last = window[end - 1] === vocabulary.end ? end - 1 : end;
  return { begins, text: slice(window, start + begins.length, last) };
}

/**
 * How much of a text goes into a sequence that has room for `room` of its tokens: all, or a part that leaves enough for a part of its
 * own, `shortest`, to the next one; 0 where that is too little.
 */
export function partOf(length: number, room: number, shortest: number): number {
  if (length <= room) return length;
  const part = Math.min(room, length - shortest);
  return part >= shortest ? part : 0;
}

/** Cuts a text after tokens that end a sentence; after the last of several in a row. */
export function sentencesOf(text: readonly number[], endsSentence: (token: number) => boolean): number[][] {
  const sentences: number[][] = [];
  let start = 0;
  text.forEach((token, i) => {
    const next = text[i + 1];
    if (next === undefined || (endsSentence(token) && !endsSentence(next))) {
      sentences.push(text.slice(start, i + 1));
      start = i + 1;
    }
  });
  return sentences;
}

/** Appends tokens to one side of a sequence; positions count from `firstPosition`. */
export function append(
  side: { tokens: number[]; positions: number[]; segments: number[] },
  tokens: ArrayLike<number>,
  segment: number,
  firstPosition = 0,
): void {
  for (let i = 0; i < tokens.length; i++) {
    side.tokens.push(tokens[i] as number);
    side.positions.push(firstPosition + i);
    side.segments.push(segment);
  }
}

export function slice(window: ArrayLike<number>, start: number, end: number): number[] {
  const part: number[] = [];
  // not Array.prototype.slice, ten times as slow on a typed array
  for (let i = start; i < Math.min(end, window.length); i++) part.push(window[i]!);
  return part;
}
