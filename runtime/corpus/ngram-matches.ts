/** Words of an n-gram: long enough that two texts rarely share one by chance (Brown et al. 2020, appendix C, take 8 to 13). */
const long = 13;
const short = 8;

export interface NgramMatch {
  /** Place of the item. */
  item: number;
  /** The words that both have. */
  words: string;
}

/** Finds stretches of items' words in a text that is given piece by piece. */
export interface NgramMatcher {
  /** Items that have enough words to be looked for. */
  checked: number;
  read(piece: { text: string; begins: boolean }): void;
  /** The first match of each item that was found, in the order of the items. */
  matches(): NgramMatch[];
}

/**
 * Words in lower case, without punctuation; a Chinese or Japanese character is a word. An item of 13 words and more is found by
 * any 13 in a row, a shorter one by any 8; one of fewer than 8 is in too many texts by chance and is not looked for. Its texts are
 * looked at one by one: no n-gram spans two.
 */
export function ngramMatcher(items: readonly (readonly string[])[]): NgramMatcher {
  const ids = new Map<string, number>();
  const wanted = { [long]: new Map<string, number[]>(), [short]: new Map<string, number[]>() };
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
        const found = wanted[length].get(key) ?? [];
        if (!found.includes(item)) found.push(item);
        wanted[length].set(key, found);
      }
    }
    if (looked) checked++;
  });
  const names = [...ids.keys()];
  const found = new Map<number, string>();
  /** The last words that stand in a row and occur in some item. */
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
      for (const item of wanted[length].get(last.join(" ")) ?? []) {
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
      // the last word may go on in the next piece
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
