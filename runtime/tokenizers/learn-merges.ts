/** A word of the training text as symbols, with its number of occurrences. */
export interface CountedWord {
  symbols: number[];
  count: number;
}

export interface MergeSettings {
  /** Maximum number of tokens to learn. */
  newTokens: number;
  /** Joins two tokens to one. */
  join(left: string, right: string): string;
  /** Tokens that no merge may create, since a text could then contain a special token. */
  forbidden: ReadonlySet<string>;
  /** Called at intervals with the number of new tokens so far; may throw to stop. */
  progress(done: number): Promise<void>;
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, algorithm 1): the most frequent pair of adjacent symbols is merged repeatedly; of equally
 * frequent pairs, the one with the lower ids. Counts are updated for each merge, as in Hugging Face's BpeTrainer, and the merges are the
 * same. New tokens are appended to `tokens` (by symbol).
 */
export async function learnMerges(words: readonly CountedWord[], tokens: string[], settings: MergeSettings): Promise<[string, string][]> {
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const pairs = countPairs(words);
  const queue = pairQueue();
  for (const [pair, { count }] of pairs) queue.push({ pair, count });
  const merges: [string, string][] = [];
  const limit = tokens.length + settings.newTokens;
  while (tokens.length < limit) {
    const top = queue.pop();
    if (!top || top.count < 1) break;
    const current = pairs.get(top.pair);
    if (!current) continue;
    if (current.count !== top.count) {
      queue.push({ pair: top.pair, count: current.count });
      continue;
    }
    const left = Math.floor(top.pair / pairBase);
    const right = top.pair % pairBase;
    const token = settings.join(tokens[left] as string, tokens[right] as string);
    pairs.delete(top.pair);
    if (settings.forbidden.has(token)) continue;
    const merged = idOf.get(token) ?? tokens.push(token) - 1;
    idOf.set(token, merged);
    merges.push([tokens[left] as string, tokens[right] as string]);
    const grown = mergeInWords(words, current.words, { left, right, merged }, pairs);
    for (const pair of grown) {
      const count = pairs.get(pair)?.count;
      if (count !== undefined) queue.push({ pair, count });
    }
    if (merges.length % 128 === 0) await settings.progress(settings.newTokens - (limit - tokens.length));
  }
  return merges;
}

interface Pair {
  count: number;
  /** Indices of the words that have or had the pair; an index may occur twice. */
  words: number[];
}

/** Base for representing two symbols as one number. */
const pairBase = 2 ** 24;

function countPairs(words: readonly CountedWord[]): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  words.forEach(({ symbols, count }, word) => {
    for (let i = 0; i + 1 < symbols.length; i++) change(pairs, symbols[i] as number, symbols[i + 1] as number, count, word);
  });
  return pairs;
}

function change(pairs: Map<number, Pair>, left: number, right: number, by: number, word: number): number {
  const key = left * pairBase + right;
  const pair = pairs.get(key);
  if (!pair) {
    if (by > 0) pairs.set(key, { count: by, words: [word] });
    return key;
  }
  pair.count += by;
  if (by > 0 && pair.words.at(-1) !== word) pair.words.push(word);
  if (pair.count === 0) pairs.delete(key);
  return key;
}

/** Merges a pair in all words, and returns the pairs that became more frequent. */
function mergeInWords(
  words: readonly CountedWord[],
  where: readonly number[],
  { left, right, merged }: { left: number; right: number; merged: number },
  pairs: Map<number, Pair>,
): Set<number> {
  const grown = new Set<number>();
  for (const index of where) {
    const { symbols, count } = words[index] as CountedWord;
    let to = 0;
    for (let from = 0; from < symbols.length; from++, to++) {
      const symbol = symbols[from] as number;
      if (symbol !== left || symbols[from + 1] !== right || from + 1 >= symbols.length) {
        symbols[to] = symbol;
        continue;
      }
      if (to > 0) {
        const before = symbols[to - 1] as number;
        change(pairs, before, left, -count, index);
        grown.add(change(pairs, before, merged, count, index));
      }
      if (from + 2 < symbols.length) {
        const after = symbols[from + 2] as number;
        change(pairs, right, after, -count, index);
        grown.add(change(pairs, merged, after, count, index));
      }
      symbols[to] = merged;
      from++;
    }
    symbols.length = to;
  }
  return grown;
}

interface Entry {
  pair: number;
  count: number;
}

/** A binary heap of pairs, ordered by frequency and then by ids. */
function pairQueue(): { push(entry: Entry): void; pop(): Entry | undefined } {
  const heap: Entry[] = [];
  const before = (a: Entry, b: Entry) => a.count > b.count || (a.count === b.count && a.pair < b.pair);
  return {
    push(entry) {
      let at = heap.push(entry) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(entry, heap[parent] as Entry)) break;
        heap[at] = heap[parent] as Entry;
        at = parent;
      }
      heap[at] = entry;
    },
    pop() {
      const top = heap[0];
      const entry = heap.pop();
      if (!entry || heap.length === 0) return top;
      let at = 0;
      for (let child = 1; child < heap.length; child = 2 * at + 1) {
        if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
        if (!before(heap[child] as Entry, entry)) break;
        heap[at] = heap[child] as Entry;
        at = child;
      }
      heap[at] = entry;
      return top;
    },
  };
}
