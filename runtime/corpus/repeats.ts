import type { CorpusSpec } from "#runtime/contract/spec.ts";
import { documentSketch } from "./near-duplicates.ts";
import { seenHashes } from "./seen-hashes.ts";

/** Tells which documents, given one after another piece by piece, repeat an earlier one. */
export interface RepeatFinder {
  push(text: string): void;
  /** Ends the document; `sha256` of its text. Whether it repeats an earlier one that was kept. */
  isRepeat(sha256: Uint8Array): boolean;
  /** What could not be remembered, for the user; null where all was. */
  warning(): string | null;
}

/** How repeated documents are found, by `deduplicate`. Memory stays bounded: what was longest not met is forgotten, and a warning says so. */
export const repeatFinders: { readonly [K in CorpusSpec["deduplicate"]]: () => RepeatFinder } = {
  none: () => ({ push: () => {}, isRepeat: () => false, warning: () => null }),
  exact() {
    // the first 64 bits: among ten million documents two different ones are equal in these with a probability of 3 in a million
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
  return `${what} duplicates more than ${documents.toLocaleString("en-US")} kept documents apart were not looked for: that many are remembered`;
}
