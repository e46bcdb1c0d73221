/** Words of an n-gram, enough for two texts to share one rarely by chance (Brown et al. 2020, appendix C, use 8 to 13). */
const long = 13;
const short = 8;

export interface NgramMatch {
  /** Index of the item. */
  item: number;
  /** The shared words. */
  words: string;
}

/** Finds n-grams of items in a text that is given in pieces. */
export interface NgramMatcher {
  /** Number of items that have enough words to be searched for. */
  checked: number;
  read(piece: { text: string; begins: boolean }): void;
  /** The first match of each item that has one, in the order of the items. */
  matches(): NgramMatch[];
}

/**
 * A matcher for items, each a list of texts. Words are in lower case, without punctuation; a Chinese or Japanese character is a word. An
 * item of 13 or more words matches if 13 consecutive words do, a shorter one if 8 do. An item of fewer than 8 words occurs in too many
 * texts by chance and is not searched for. N-grams do not span two texts of an item.
 */
export function ngramMatcher(items: readonly (readonly string[])[]): NgramMatcher {
  const ids = new Map<string, number>();
  const requested = { [long]: new Map<string, number[]>(), [short]: new Map<string, number[]>() };
  let checked = 0;
  items.forEach((texts, item) => {
    let looked = false;
    for (const text of texts) {
      const words = wordsOf(text);
      const length = words.length >= long ? long : short;
      if (words.length < length) continue;
      looked = true;
      const numbers = words.map((word) => ids.get(word) ?? add(ids, word));
      for (let start = 0; start + length <= numbers.length; start++) {
        const key = numbers.slice(start, start + length).join(" ");
        const found = requested[length].get(key) ?? [];
        if (!found.includes(item)) found.push(item);
        requested[length].set(key, found);
      }
    }
    if (looked) checked++;
  });
  const names = [...ids.keys()];
  const found = new Map<number, string>();
  /** The last consecutive words that occur in some item. */
  let run: number[] = [];
  let torn = "";

  const see = (word: string) => {
    const id = ids.get(word);
    if (id === undefined) {
      run = [];
      return;
    }
    if (run.length === long) run.shift();
    run.push(id);
    for (const length of [short, long] as const) {
      if (run.length < length) continue;
      const last = run.slice(-length);
      for (const item of requested[length].get(last.join(" ")) ?? []) {
        if (!found.has(item)) found.set(item, last.map((each) => names[each]).join(" "));
      }
    }
  };
  return {
    checked,
    read({ text, begins }) {
      if (begins) {
        for (const word of wordsOf(torn)) see(word);
        torn = "";
        run = [];
      }
      const whole = torn + text;
      // the last word may continue in the next piece
      const end = lastBoundary(whole);
      torn = whole.slice(end);
      for (const word of wordsOf(whole.slice(0, end))) see(word);
    },
    matches() {
      for (const word of wordsOf(torn)) see(word);
      torn = "";
      return [...found].map(([item, words]) => ({ item, words })).sort((a, b) => a.item - b.item);
    },
  };
}

const ideographs = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}";
const word = new RegExp(`[${ideographs}]|[[\\p{L}\\p{N}\\p{M}]--[${ideographs}]]+`, "gv");

function wordsOf(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(word) ?? [];
}

function lastBoundary(text: string): number {
  for (let end = text.length; end > 0; end--) if (/\s/.test(text[end - 1]!)) return end;
  return 0;
}

function add(ids: Map<string, number>, word: string): number {
  ids.set(word, ids.size);
  return ids.size - 1;
}
