/** All segmentations of words into pieces, as edges between positions in the words. */
export interface Lattices {
  /** A word has positions from 0 to its length in characters; its edges are `first` … `end` − 1, ordered by where they begin. */
  words: { length: number; count: number; first: number; end: number }[];
  from: Uint16Array;
  to: Uint16Array;
  /** Index of the piece. */
  piece: Uint32Array;
  /** Length of the longest word. */
  longest: number;
}

/** Builds the lattices of words. `withoutWhole`: leaves out edges that span a whole word. */
export function latticesOf(
  words: readonly (readonly [word: string, count: number])[],
  pieces: readonly { piece: string }[],
  { withoutWhole = false } = {},
): Lattices {
  const indexOf = new Map(pieces.map(({ piece }, index) => [piece, index]));
  const max = pieces.reduce((longest, { piece }) => Math.max(longest, piece.length), 0);
  const edges = edgeList();
  let longest = 0;
  const spans = words.map(([word, count]) => {
    const first = edges.count();
    const places = placesOf(word);
    longest = Math.max(longest, places.length - 1);
    for (let from = 0; from + 1 < places.length; from++) {
      for (let to = from + 1; to < places.length && places[to]! - places[from]! <= max; to++) {
        if (withoutWhole && from === 0 && to === places.length - 1) continue;
        const index = indexOf.get(word.slice(places[from], places[to]));
        if (index !== undefined) edges.add(from, to, index);
      }
    }
    return { length: places.length - 1, count, first, end: edges.count() };
  });
  return { words: spans, ...edges.arrays(), longest };
}

/** The starts of a word's characters, and its end, in UTF-16 units. */
function placesOf(word: string): number[] {
  const places: number[] = [];
  for (let at = 0; at < word.length; at += (word.codePointAt(at) as number) > 0xffff ? 2 : 1) places.push(at);
  return [...places, word.length];
}

function edgeList() {
  let from = new Uint16Array(1 << 12);
  let to = new Uint16Array(1 << 12);
  let piece = new Uint32Array(1 << 12);
  let count = 0;
  const grown = <T extends Uint16Array | Uint32Array>(array: T, larger: T): T => {
    larger.set(array);
    return larger;
  };
  return {
    count: () => count,
    add(start: number, end: number, index: number) {
      if (count === from.length) {
        from = grown(from, new Uint16Array(count * 2));
        to = grown(to, new Uint16Array(count * 2));
        piece = grown(piece, new Uint32Array(count * 2));
      }
      from[count] = start;
      to[count] = end;
      piece[count++] = index;
    },
    arrays: () => ({ from: from.subarray(0, count), to: to.subarray(0, count), piece: piece.subarray(0, count) }),
  };
}

/** The most probable segmentation of each word that has one (Viterbi 1967). */
export function* reach(
  { words, from, to, piece, longest }: Lattices,
  scores: Float64Array,
): Generator<{ word: number; count: number; pieces: number[] }> {
  const best = new Float64Array(longest + 1);
  const last = new Int32Array(longest + 1);
  for (const [word, { length, count, first, end }] of words.entries()) {
    best.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
    best[0] = 0;
    for (let e = first; e < end; e++) {
      const score = best[from[e]!]! + scores[piece[e]!]!;
      if (score <= best[to[e]!]!) continue;
      best[to[e]!] = score;
      last[to[e]!] = e;
    }
    if (length === 0 || best[length] === Number.NEGATIVE_INFINITY) continue;
    const pieces: number[] = [];
    for (let at = length; at > 0; at = from[last[at]!]!) pieces.push(piece[last[at]!]!);
    yield { word, count, pieces: pieces.reverse() };
  }
}
