import type { CorpusSpec } from "#runtime/contract/spec.ts";
import { documentSketch } from "./near-duplicates.ts";
import { seenHashes } from "./seen-hashes.ts";

/** Finds documents that repeat an earlier one. Documents are given in order and in pieces. */
export interface RepeatFinder {
  push(text: string): void;
  /** Ends the document, and returns whether it repeats an earlier one that was kept. `sha256`: hash of its text. */
  isRepeat(sha256: Uint8Array): boolean;
  /** A warning for the user if documents were forgotten; otherwise null. */
  warning(): string | null;
}

/** The finders of repeated documents, by `deduplicate`. To bound memory, the least recent documents are forgotten, with a warning. */
export const repeatFinders: { readonly [K in CorpusSpec["deduplicate"]]: () => RepeatFinder } = {
  none: () => ({ push: () => {}, isRepeat: () => false, warning: () => null }),
  exact() {
    // the first 64 bits: among ten million documents, two different ones share these with a probability of 3 in a million
    const seen = seenHashes(1 << 26);
    return {
      push: () => {},
      isRepeat(sha256) {
        const bits = new DataView(sha256.buffer, sha256.byteOffset);
        const [high, low] = [bits.getUint32(8), bits.getUint32(12)];
        if (seen.has(high, low)) return true;
        seen.add(high, low);
        return false;
      },
      warning: () => (seen.forgot() ? forgotten("equal", 50_000_000) : null),
    };
  },
  near() {
    const sketch = documentSketch();
    const seen = seenHashes(1 << 24);
    return {
      push: sketch.push,
      isRepeat() {
        const bands = sketch.end();
        if (!bands) return false;
        for (let i = 0; i < bands.length; i += 2) if (seen.has(bands[i]!, bands[i + 1]!)) return true;
        for (let i = 0; i < bands.length; i += 2) seen.add(bands[i]!, bands[i + 1]!);
        return false;
      },
      warning: () => (seen.forgot() ? forgotten("near", 900_000) : null),
    };
  },
};

function forgotten(what: string, documents: number): string {
  return `${what} duplicates more than ${documents.toLocaleString("en-US")} kept documents apart were not found, since only that many are remembered`;
}
