import { type Lattices, latticesOf, reach } from "./lattices.ts";

/** A word of the training text, with its number of occurrences. */
export type WordCount = readonly [word: string, count: number];

export interface UnigramSettings {
  /** The characters, which are always kept as pieces. */
  alphabet: readonly string[];
  /** Number of pieces. */
  size: number;
  /** Strings that must not become pieces, since a text could then contain a special token. */
  forbidden: ReadonlySet<string>;
  /** Called at intervals with the number of remaining pieces; may throw to stop. */
  progress(pieces: number): Promise<void>;
}

/** A piece with the logarithm of its probability. */
export interface ScoredPiece {
  piece: string;
  score: number;
}

/**
 * A unigram language model of subwords (Kudo 2018, section 3.2), trained as in SentencePiece: starting with many frequent letter sequences,
 * expectation maximisation alternates with the removal of the pieces that contribute least to the likelihood of the text, until `size` are
 * left. The result has fewer pieces if the text does not provide so many. The most probable piece is first.
 */
export async function learnUnigram(words: readonly WordCount[], settings: UnigramSettings): Promise<ScoredPiece[]> {
  const { alphabet, size, progress } = settings;
  const required = new Set(alphabet);
  let pieces = await seedPieces(words, settings);
  // slightly more than requested, so that the final selection is by probability
  const requested = Math.floor(size * 1.1);
  const gone = new Map<string, number>();
  const replace = (fewer: ScoredPiece[]) => {
    const left = new Set(fewer.map(({ piece }) => piece));
    for (const { piece, score } of pieces) if (!left.has(piece)) gone.set(piece, score);
    pieces = fewer;
  };
  for (;;) {
    for (let i = 0; i < 2; i++) {
      const expected = expectedCounts(latticesOf(words, pieces), pieces);
      replace(maximised(pieces, expected, required));
    }
    await progress(pieces.length);
    if (pieces.length <= requested) break;
    replace(prune(words, pieces, Math.max(requested, Math.floor(pieces.length * shrinking)), required));
  }
  return filledUp(chosen(pieces, required, size), gone, size);
}

/** SentencePiece's defaults: the share of pieces that a round keeps, the maximum length of a piece, and the initial number of pieces. */
const shrinking = 0.75;
const longestPiece = 16;
const maxSeeds = 1_000_000;

/** The characters, and the letter sequences that occur in words at least twice, ordered by how much of the text they cover. */
async function seedPieces(words: readonly WordCount[], { alphabet, forbidden, progress }: UnigramSettings): Promise<ScoredPiece[]> {
  const characters = new Map<string, number>(alphabet.map((character) => [character, 0]));
  const split = words.map(([word, count]) => ({ letters: Array.from(word), count }));
  for (const { letters, count } of split) for (const letter of letters) characters.set(letter, (characters.get(letter) ?? 0) + count);
  const substrings: [string, number][] = [];
  let shorter: ReadonlyMap<string, number> = characters;
  for (let length = 2; length <= longestPiece && shorter.size > 0; length++) {
    const counts = new Map<string, number>();
    for (const { letters, count } of split) {
      for (let start = 0; start + length <= letters.length; start++) {
        // a frequent sequence has a frequent beginning and end
        if (!shorter.has(letters.slice(start, start + length - 1).join(""))) continue;
        if (!shorter.has(letters.slice(start + 1, start + length).join(""))) continue;
        const substring = letters.slice(start, start + length).join("");
        counts.set(substring, (counts.get(substring) ?? 0) + count);
      }
    }
    for (const [substring, count] of counts) {
      if (count < 2) counts.delete(substring);
      else if (!forbidden.has(substring)) substrings.push([substring, count * length]);
    }
    shorter = counts;
    await progress(substrings.length);
  }
  substrings.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const seeds = [...characters, ...substrings.slice(0, maxSeeds)];
  const total = Math.log(seeds.reduce((sum, [, weight]) => sum + Math.max(1, weight), 0));
  return seeds.map(([piece, weight]) => ({ piece, score: Math.log(Math.max(1, weight)) - total }));
}

/** The expected number of occurrences of each piece in the text, over all segmentations. */
function expectedCounts(lattices: Lattices, pieces: readonly ScoredPiece[]): Float64Array {
  const scores = Float64Array.from(pieces, ({ score }) => score);
  const expected = new Float64Array(pieces.length);
  const before = new Float64Array(lattices.longest + 1);
  const after = new Float64Array(lattices.longest + 1);
  const { from, to, piece } = lattices;
  for (const word of lattices.words) {
    before.fill(Number.NEGATIVE_INFINITY, 0, word.length + 1);
    after.fill(Number.NEGATIVE_INFINITY, 0, word.length + 1);
    before[0] = 0;
    after[word.length] = 0;
    for (let e = word.first; e < word.end; e++) before[to[e]!] = addLogs(before[to[e]!]!, before[from[e]!]! + scores[piece[e]!]!);
    for (let e = word.end - 1; e >= word.first; e--) {
      after[from[e]!] = addLogs(after[from[e]!]!, after[to[e]!]! + scores[piece[e]!]!);
    }
    const all = before[word.length]!;
    if (all === Number.NEGATIVE_INFINITY) continue;
    for (let e = word.first; e < word.end; e++) {
      expected[piece[e]!]! += word.count * Math.exp(before[from[e]!]! + scores[piece[e]!]! + after[to[e]!]! - all);
    }
  }
  return expected;
}

/** The pieces with updated probabilities, without those that are hardly used. Digamma makes rare pieces rarer, as in Kudo's code. */
function maximised(pieces: readonly ScoredPiece[], expected: Float64Array, required: ReadonlySet<string>): ScoredPiece[] {
  const kept = pieces.flatMap(({ piece }, i) => {
    const count = expected[i]!;
    return count >= 0.5 || required.has(piece) ? [{ piece, count: Math.max(count, 0.5) }] : [];
  });
  const total = digamma(kept.reduce((sum, { count }) => sum + count, 0));
  return kept.map(({ piece, count }) => ({ piece, score: digamma(count) - total }));
}

/** Keeps the pieces whose removal would reduce the likelihood most; a removed piece is replaced by its best other segmentation. */
function prune(words: readonly WordCount[], pieces: readonly ScoredPiece[], size: number, required: ReadonlySet<string>): ScoredPiece[] {
  const scores = Float64Array.from(pieces, ({ score }) => score);
  const frequency = new Float64Array(pieces.length);
  for (const { pieces: path, count } of reach(latticesOf(words, pieces), scores)) for (const id of path) frequency[id]! += count;
  const others = new Map<number, number[]>();
  const ownWords = pieces.map(({ piece }): WordCount => [piece, 1]);
  for (const { word, pieces: path } of reach(latticesOf(ownWords, pieces, { withoutWhole: true }), scores)) others.set(word, path);

  const total = frequency.reduce((sum, count) => sum + count, 0);
  const candidates: { id: number; loss: number }[] = [];
  const kept: number[] = [];
  pieces.forEach(({ piece, score }, id) => {
    const other = others.get(id);
    const count = frequency[id]!;
    if (required.has(piece) || other === undefined) kept.push(id);
    else if (count > 0 && score >= other.reduce((sum, part) => sum + scores[part]!, 0)) {
      const rest = Math.log(total + count * (other.length - 1));
      const without = other.reduce((sum, part) => sum + Math.log(frequency[part]! + count) - rest, 0);
      candidates.push({ id, loss: (count / total) * (Math.log(count) - Math.log(total) - without) });
    }
  });
  candidates.sort((a, b) => b.loss - a.loss || a.id - b.id);
  const more = candidates.slice(0, Math.max(0, size - kept.length)).map(({ id }) => id);
  return [...kept, ...more].sort((a, b) => a - b).map((id) => pieces[id]!);
}

function chosen(pieces: readonly ScoredPiece[], required: ReadonlySet<string>, size: number): ScoredPiece[] {
  const byScore = [...pieces].sort((a, b) => b.score - a.score || (a.piece < b.piece ? -1 : 1));
  let room = size - required.size;
  return byScore.filter(({ piece }) => required.has(piece) || room-- > 0);
}

/** If fewer pieces are left than requested, adds the last removed ones again as the least probable. */
function filledUp(pieces: ScoredPiece[], gone: ReadonlyMap<string, number>, size: number): ScoredPiece[] {
  const least = pieces.at(-1)?.score ?? 0;
  const back = [...gone].reverse().slice(0, Math.max(0, size - pieces.length));
  return [...pieces, ...back.map(([piece, score]) => ({ piece, score: Math.min(score, least) })).sort((a, b) => b.score - a.score)];
}

/** log(exp(a) + exp(b)), without overflow. */
function addLogs(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/**
 * ψ(x), the derivative of log Γ, for x > 0: the recurrence up to 7, then the asymptotic series (Abramowitz and Stegun, 6.3.5 and 6.3.18).
 */
function digamma(value: number): number {
  let x = value;
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const inverse = 1 / (x * x);
  return result + Math.log(x) - 0.5 / x - inverse * (1 / 12 - inverse * (1 / 120 - inverse / 252));
}
