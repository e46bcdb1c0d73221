import { corpusPieces } from "#runtime/corpus/read-documents.ts";
import { stretchesOf } from "#runtime/corpus/safe-breaks.ts";
import { random } from "#runtime/random/random.ts";

export interface Counting {
  /** Folder of the corpus job. */
  folder: string;
  /** Bytes of its training split. */
  bytes: number;
  /** As the tokenizer normalises, before words are parted. */
  normalize(text: string): string;
  /** Called for every piece read; may throw to stop. */
  progress(bytes: number): Promise<void>;
}

/** About so much of the text is counted at most, and different stretches of so many bytes together are kept. */
const sampledBytes = 200_000_000;
const keptBytes = 6_000_000;

/**
 * How often each stretch of text without a safe break inside stands in the training split. Of a corpus beyond `sampledBytes` a fixed random sample of its
 * pieces is counted. Where too many different stretches come together the rarest and oldest are forgotten, after the lossy
 * counting of Manku and Motwani 2002, so memory stays bounded.
 */
export async function countStretches(counting: Counting): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const share = sampledBytes / counting.bytes;
  let kept = 0;
  let index = 0;
  for (const { text } of corpusPieces(counting.folder, "train")) {
    await counting.progress(text.length);
    if (share < 1 && random("tokenizer sample", index++).uniform() >= share) continue;
    for (const stretch of stretchesOf(counting.normalize(text))) {
      const count = counts.get(stretch);
      if (count !== undefined) counts.set(stretch, count + 1);
      else {
        const bytes = Buffer.from(stretch);
        // a slice of the piece would keep the whole of it alive
        counts.set(bytes.toString(), 1);
        kept += bytes.length;
      }
    }
    if (kept > keptBytes) kept = forgetRarest(counts, kept, keptBytes / 2);
  }
  return counts;
}

/** Down to about `wanted` bytes; gives how many are left. */
function forgetRarest(counts: Map<string, number>, kept: number, wanted: number): number {
  let left = kept;
  for (let rarest = 1; left > wanted; rarest++) {
    for (const [stretch, count] of counts) {
      if (left <= wanted) break;
      if (count > rarest) continue;
      counts.delete(stretch);
      left -= Buffer.byteLength(stretch);
    }
  }
  return left;
}

/** Every character of the training split, in the order of their code points. */
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
