import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { wholeCharacters } from "./read-text.ts";
import { isSafeBreak } from "./safe-breaks.ts";

/** A piece of a document of a prepared corpus; a small document is one piece. */
export interface CorpusPiece {
  text: string;
  begins: boolean;
  ends: boolean;
}

/**
 * Where a long document may be cut. `anywhere`: at its safe breaks (see `isSafeBreak`) and, if half a piece has none, between two
 * characters. Otherwise only at its safe breaks, however long a piece becomes, or nowhere.
 */
export type CutPlaces = "anywhere" | "safe breaks" | "nowhere";

/** The documents of a split of a prepared corpus, in order, in pieces of about 64 kB if they may be cut. Throws `JobFailure`. */
export function* corpusPieces(folder: string, split: Split, cuts: CutPlaces = "anywhere"): Generator<CorpusPiece> {
  const text = openSync(join(folder, `${split}.txt`), "r");
  const index = openSync(join(folder, `${split}.index`), "r");
  try {
    const block = blockReader(text);
    const offsets = documentOffsets(index);
    let start = offsets.next().value as number;
    for (const end of offsets) {
      yield* pieces(block, start, end, cuts);
      start = end;
    }
  } finally {
    closeSync(text);
    closeSync(index);
  }
}

const pieceBytes = 1 << 16;

/** Maximum size of a piece. The library needs a few hundred bytes for each token that it encodes at once. */
const longestPiece = 1 << 25;

function* pieces(block: BlockReader, start: number, end: number, cuts: CutPlaces): Generator<CorpusPiece> {
  let rest = "";
  let begins = true;
  for (let at = start; at < end; ) {
    const bytes = block(at, Math.min(pieceBytes, end - at));
    const length = at + bytes.length === end ? bytes.length : wholeCharacters(bytes, bytes.length);
    const isLast = at + length === end;
    const text = rest + bytes.toString("utf8", 0, length);
    const cut = isLast ? text.length : placeToCut(text, rest.length, cuts);
    if (cut > longestPiece || text.length - cut > longestPiece) throw tooLong(cuts, end - start);
    at += length;
    if (cut === 0) {
      rest = text;
      continue;
    }
    yield { text: text.slice(0, cut), begins, ends: isLast };
    begins = false;
    rest = text.slice(cut);
  }
}

/** The index at which a text can be cut; 0: nowhere yet. `seen`: length of the beginning that was searched before. */
function placeToCut(text: string, seen: number, cuts: CutPlaces): number {
  if (cuts === "nowhere") return 0;
  const first = cuts === "anywhere" ? Math.ceil((text.length + 1) / 2) : Math.max(1, seen);
  for (let i = text.length - 1; i >= first; i--) if (isSafeBreak(text, i)) return i;
  return cuts === "anywhere" ? text.length : 0;
}

function tooLong(cuts: CutPlaces, bytes: number): JobFailure {
  const why = cuts === "nowhere" ? "its tokenizer needs whole documents" : "it has no white space at which it could be cut";
  return new JobFailure(
    `a document of ${Math.round(bytes / 1e6)} MB is too long to be encoded: ${why}, of at most 32 million characters. Split the corpus with documents: paragraph or documents: line`,
  );
}

type BlockReader = (start: number, length: number) => Buffer;

/** A reader of a file by position, in blocks. The bytes are valid until the next call. */
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
