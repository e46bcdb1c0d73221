/*
 * MinHash with locality-sensitive hashing (Broder 1997, On the resemblance and containment of documents; Leskovec, Rajaraman and
 * Ullman, Mining of Massive Datasets, section 3.4), with the settings of FineWeb (Penedo et al. 2024, section 3.4): shingles of five
 * words, 14 bands of 8 hashes. Two documents whose sets of shingles have a Jaccard similarity s share a band with probability
 * 1 − (1 − s⁸)¹⁴: 77% at 0.75, 92% at 0.8, 5% at 0.5.
 */
const shingleWords = 5;
const bands = 14;
const rows = 8;

/** Reads one document in pieces, and then returns its bands as pairs of 32-bit numbers. */
export interface DocumentSketch {
  push(text: string): void;
  /** Ends the document and returns `bands` × (high, low); null for a document without words. */
  end(): Uint32Array | null;
}

export function documentSketch(): DocumentSketch {
  const least = new Uint32Array(bands * rows).fill(0xffffffff);
  const window = new Uint32Array(shingleWords);
  let words = 0;
  let rest = "";

  const addShingle = (count: number) => {
    let hash = 0x9e3779b9;
    for (let i = words - count; i < words; i++) hash = mixed(hash ^ window[i % shingleWords]!);
    for (let i = 0; i < least.length; i++) {
      const value = (Math.imul(hash, factors[i]!) + offsets[i]!) >>> 0;
      if (value < least[i]!) least[i] = value;
    }
  };
  const addWords = (text: string) => {
    for (const [word] of text.toLowerCase().matchAll(wordPattern)) {
      window[words % shingleWords] = hashOf(word);
      words++;
      if (words >= shingleWords) addShingle(shingleWords);
    }
  };
  return {
    push(text) {
      // a word that is cut at the end is kept until the rest of it arrives
      const whole = rest + text;
      const cut = whole.length - (/[\p{L}\p{N}\p{M}]*$/u.exec(whole.slice(-longestWord))?.[0].length ?? 0);
      addWords(whole.slice(0, cut));
      rest = whole.slice(cut);
    },
    end() {
      addWords(rest);
      // a short document is a single shingle
      if (words > 0 && words < shingleWords) addShingle(words);
      const found = words === 0 ? null : bandsOf(least);
      least.fill(0xffffffff);
      words = 0;
      rest = "";
      return found;
    },
  };
}

const wordPattern = /[\p{L}\p{N}\p{M}]+/gu;
/** Maximum length of a word; longer words are cut, so that text without spaces needs little memory. */
const longestWord = 256;

function bandsOf(least: Uint32Array): Uint32Array {
  const found = new Uint32Array(bands * 2);
  for (let band = 0; band < bands; band++) {
    let high = mixed(band + 1);
    let low = mixed(band + 0x1000);
    for (let row = 0; row < rows; row++) {
      const value = least[band * rows + row]!;
      high = mixed(high ^ value);
      low = mixed((low + Math.imul(value, 0x85ebca6b)) >>> 0);
    }
    found[2 * band] = high;
    found[2 * band + 1] = low;
  }
  return found;
}

/** FNV-1a hash of the code units, followed by `mixed`. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return mixed(hash >>> 0);
}

/** The finaliser of MurmurHash3, in which each input bit changes about half of the output bits. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The hash functions x ↦ a·x + b; a is odd. */
const factors = Uint32Array.from({ length: bands * rows }, (_, i) => mixed(2 * i + 1) | 1);
const offsets = Uint32Array.from({ length: bands * rows }, (_, i) => mixed(0x51ed270b + i));
