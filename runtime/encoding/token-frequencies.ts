import type { TokenStream } from "./token-stream.ts";

/** Tokens of the training split that are counted at the most; beyond, blocks spread evenly over it. */
export const countedTokens = 1 << 24;
const blockTokens = 1 << 16;

/** How often each token occurs. */
export function countTokens(stream: TokenStream, vocabulary: number, limit = countedTokens): Float64Array {
  const counts = new Float64Array(vocabulary);
  for (const tokens of blocksOf(stream, limit)) for (const token of tokens) counts[token]!++;
  return counts;
}

/** How often the i-th token of `second` directly follows the i-th of `first`. Only these pairs are kept in memory. */
export function countPairs(
  stream: TokenStream,
  pairs: { first: ArrayLike<number>; second: ArrayLike<number> },
  vocabulary: number,
  limit = countedTokens,
): Float64Array {
  const { first, second } = pairs;
  const table = pairTable(first.length);
  const begins = new Uint8Array(vocabulary);
  for (let i = 0; i < first.length; i++) {
    table.add(first[i]!, second[i]!);
    begins[first[i]!] = 1;
  }
  for (const tokens of blocksOf(stream, limit)) {
    for (let i = 1; i < tokens.length; i++) if (begins[tokens[i - 1]!] === 1) table.count(tokens[i - 1]!, tokens[i]!);
  }
  return Float64Array.from({ length: first.length }, (_, i) => table.countOf(first[i]!, second[i]!));
}

function* blocksOf(stream: TokenStream, limit: number): Generator<Int32Array> {
  const all = Math.ceil(stream.length / blockTokens);
  const count = Math.min(all, Math.max(1, Math.floor(limit / blockTokens)));
  for (let block = 0; block < count; block++) {
    const start = Math.floor((block * all) / count) * blockTokens;
    yield stream.read(start, Math.min(blockTokens, stream.length - start));
  }
}

/** Counts of up to `most` pairs: a table with open addressing, at most half full. */
function pairTable(most: number) {
  const size = 2 ** Math.ceil(Math.log2(2 * most + 2));
  // 0 is an empty place
  const [firsts, seconds, counts] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
  const placeOf = (first: number, second: number): number => {
    let hash = Math.imul(first + 1, 0x9e3779b1) ^ Math.imul(second + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let place = (hash ^ (hash >>> 13)) & (size - 1);
    while (firsts[place] !== 0 && (firsts[place] !== first + 1 || seconds[place] !== second)) place = (place + 1) & (size - 1);
    return place;
  };
  return {
    add(first: number, second: number) {
      const place = placeOf(first, second);
      firsts[place] = first + 1;
      seconds[place] = second;
    },
    /** Counts a pair; one that was not added is ignored. */
    count(first: number, second: number) {
      const place = placeOf(first, second);
      if (firsts[place] !== 0) counts[place]!++;
    },
    countOf: (first: number, second: number) => counts[placeOf(first, second)]!,
  };
}
