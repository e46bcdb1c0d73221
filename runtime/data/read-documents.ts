import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Split } from "#runtime/contract/spec.ts";
import { isSafeBreak } from "#runtime/tokenizers/stretches.ts";
import { wholeCharacters } from "./read-text.ts";

/** Part of a document of a prepared corpus; a small document is one piece. */
export interface CorpusPiece {
  text: string;
  begins: boolean;
  ends: boolean;
}

/**
 * The documents of one split of a prepared corpus, in order, in pieces of at most about `pieceBytes`. A long document is cut at
 * a safe break (see `isSafeBreak`), so that the pieces' tokens are the document's. Only where a whole half piece has none (text
 * without spaces) is it cut between two characters, and a token that would lie across is then two.
 */
export function* corpusPieces(folder: string, split: Split, pieceBytes = 1 << 16): Generator<CorpusPiece> {
  const text = openSync(join(folder, `${split}.txt`), "r");
  const index = openSync(join(folder, `${split}.index`), "r");
  try {
    const block = blockReader(text);
    const offsets = documentOffsets(index);
    let start = offsets.next().value as number;
    for (const end of offsets) {
      yield* pieces(block, start, end, pieceBytes);
      start = end;
    }
  } finally {
    closeSync(text);
    closeSync(index);
  }
}

function* pieces(block: BlockReader, start: number, end: number, pieceBytes: number): Generator<CorpusPiece> {
  let rest = "";
  for (let at = start; at < end; ) {
    const bytes = block(at, Math.min(pieceBytes, end - at));
    const length = at + bytes.length === end ? bytes.length : wholeCharacters(bytes, bytes.length);
    const isLast = at + length === end;
    const text = rest + bytes.toString("utf8", 0, length);
    const cut = isLast ? text.length : placeToCut(text);
    yield { text: text.slice(0, cut), begins: at === start, ends: isLast };
    rest = text.slice(cut);
    at += length;
  }
}

function placeToCut(text: string): number {
  for (let i = text.length - 1; i > text.length / 2; i--) if (isSafeBreak(text, i)) return i;
  return text.length;
}

type BlockReader = (start: number, length: number) => Buffer;

/** Positional reads, a block ahead. The bytes are good until the next call. */
function blockReader(file: number): BlockReader {
  let buffer = Buffer.alloc(1 << 20);
  let first = 0;
  let filled = 0;
  return (start, length) => {
    if (start < first || start + length > first + filled) {
      if (length > buffer.length) buffer = Buffer.alloc(length);
      first = start;
      filled = readSync(file, buffer, 0, buffer.length, start);
    }
    return buffer.subarray(start - first, Math.min(start - first + length, filled));
  };
}

function* documentOffsets(file: number): Generator<number> {
  const bytes = new DataView(new ArrayBuffer(8 * 8192));
  for (let at = 0; ; ) {
    const read = readSync(file, bytes, 0, bytes.byteLength, at);
    for (let i = 0; i + 8 <= read; i += 8) yield bytes.getFloat64(i, true);
    if (read < 8) return;
    at += read - (read % 8);
  }
}
