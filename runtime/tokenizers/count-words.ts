import { corpusPieces } from "#runtime/corpus/read-documents.ts";
import { chunksOf } from "#runtime/corpus/safe-breaks.ts";
import { random } from "#runtime/random/random.ts";

export interface Counting {
  /** Folder of the corpus job. */
  folder: string;
  /** Size of its training split in bytes. */
  bytes: number;
  /** Normalises a text as the tokenizer does, before it is split into words. */
  normalize(text: string): string;
  /** Called for every piece that is read; may throw to stop. */
  progress(bytes: number): Promise<void>;
}

/** Approximate limit in bytes, both of the text that is counted and of the distinct words that are kept. */
const sampledBytes = 200_000_000;
const keptBytes = 6_000_000;

/**
 * Counts the pieces of text between safe breaks in the training split. If a corpus is larger than `sampledBytes`, a fixed random sample of
 * its text is counted. If there are too many distinct pieces, the rarest and oldest are dropped by the lossy counting of Manku and Motwani
 * 2002, so that memory is bounded.
 */
export async function countChunks(counting: Counting): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const share = sampledBytes / counting.bytes;
  let kept = 0;
  let index = 0;
  for (const { text } of corpusPieces(counting.folder, "train")) {
    await counting.progress(text.length);
    if (share < 1 && random("tokenizer sample", index++).uniform() >= share) continue;
    for (const chunk of chunksOf(counting.normalize(text))) {
      const count = counts.get(chunk);
      if (count !== undefined) counts.set(chunk, count + 1);
      else {
        const bytes = Buffer.from(chunk);
        // a slice would keep the whole piece alive
        counts.set(bytes.toString(), 1);
        kept += bytes.length;
      }
    }
    if (kept > keptBytes) kept = forgetRarest(counts, kept, keptBytes / 2);
  }
  return counts;
}

/** Drops the rarest entries until about `limit` bytes are left, and returns the number of bytes left. */
function forgetRarest(counts: Map<string, number>, kept: number, limit: number): number {
  let left = kept;
  for (let rarest = 1; left > limit; rarest++) {
    for (const [chunk, count] of counts) {
      if (left <= limit) break;
      if (count > rarest) continue;
      counts.delete(chunk);
      left -= Buffer.byteLength(chunk);
    }
  }
  return left;
}

/** The distinct characters of the training split, in the order of their code points. */
export async function distinctCharacters(counting: Counting): Promise<string[]> {
  const seen = new Set<string>();
  for (const { text } of corpusPieces(counting.folder, "train")) {
    await counting.progress(text.length);
    for (const character of counting.normalize(text)) seen.add(character);
  }
  return [...seen].sort(byCodePoint);
}

export function byCodePoint(a: string, b: string): number {
  return (a.codePointAt(0) as number) - (b.codePointAt(0) as number);
}
