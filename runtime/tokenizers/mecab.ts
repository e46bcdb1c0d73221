import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The files of a dictionary that `mecab-dict-index` compiled, and its dicrc. */
export interface MecabFiles {
  /** sys.dic */
  words: Uint8Array;
  /** unk.dic: the possible entries of unknown words. */
  unknown: Uint8Array;
  /** matrix.bin */
  connections: Uint8Array;
  /** char.bin */
  characters: Uint8Array;
  /** dicrc */
  settings: string;
}

/** Reads the files of a dictionary from a folder, by MeCab's file names. */
export function mecabFiles(folder: string): MecabFiles {
  const bytes = (file: string) => readFileSync(join(folder, file));
  const settings = readFileSync(join(folder, "dicrc"), "utf8");
  return { words: bytes("sys.dic"), unknown: bytes("unk.dic"), connections: bytes("matrix.bin"), characters: bytes("char.bin"), settings };
}

/** Thrown if a dictionary cannot be used. */
export class MecabError extends Error {}

/**
 * Splits a text into words as MeCab 0.996 and MeCab-ko 0.9.2 do with the same dictionary (Kudo, Yamamoto and Matsumoto 2004, Applying
 * Conditional Random Fields to Japanese Morphological Analysis, section 3): the segmentation with the lowest cost. Of equal ones, it is the
 * same as MeCab's, which depends on the order in which words are found. Words do not contain white space. `where`: place for messages.
 * Throws `MecabError`.
 */
export function mecabWords(files: MecabFiles, where: string): (text: string) => string[] {
  const words = readLexicon(files.words, `${where}/sys.dic`);
  const kinds = readKinds(files.characters, `${where}/char.bin`);
  const unknown = unknownWords(readLexicon(files.unknown, `${where}/unk.dic`), kinds.names, where);
  const costs = readConnections(files.connections, `${where}/matrix.bin`);
  const penalties = spacePenalties(files.settings);

  /** The cost of a word after another one. */
  const costAfter = (left: Found, right: Found) => costs.after(left.rightContext, right.leftContext) + right.wordCost;

  /** Words that begin at a position, or after white space there; those found last come first. */
  function wordsAt(text: Uint8Array, at: number): Found[] {
    const found: Found[] = [];
    const end = Math.min(text.length, at + longestLookup);
    const space = kinds.runOf(text, at, end, kinds.space);
    const begin = space.end;
    const first = kinds.at(text, begin, end);
    words.eachPrefix(text, begin, end, (entry, length) => found.push(...words.entries(entry, at, begin, begin + length)));
    if (found.length > 0 && !first.invoke) return found.reverse();

    const addUnknown = (to: number) => found.push(...unknown(first.kind, at, begin, to));
    const afterFirst = begin + first.bytes;
    // if only white space is left, there is no word
    if (afterFirst > end) {
      addUnknown(end);
      return found.reverse();
    }
    let whole: number | undefined;
    if (first.group) {
      const run = kinds.runOf(text, afterFirst, end, first);
      if (run.characters <= longestGroup) addUnknown(run.end);
      whole = run.end;
    }
    let to = afterFirst;
    for (let characters = 1; characters <= first.length && to <= end; characters++) {
      if (to === whole) continue;
      addUnknown(to);
      if (to === end) break;
      const next = kinds.at(text, to, end);
      if (!(next.kinds & first.kinds)) break;
      to += next.bytes;
    }
    if (found.length === 0) addUnknown(to);
    return found.reverse();
  }

  return (sentence) => {
    const text = new TextEncoder().encode(sentence);
    // the words that end at a position; those found last come first
    const ending: Node[][] = Array.from({ length: text.length + 1 }, () => []);
    const limit = { leftContext: 0, rightContext: 0, wordCost: 0, position: 0 };
    ending[0]!.push({ ...limit, from: 0, begin: 0, end: 0, cost: 0, before: undefined });
    const join = (at: number, right: Found): Node => {
      let [cost, before] = [Number.POSITIVE_INFINITY, undefined as Node | undefined];
      const penalty = right.begin > right.from ? (penalties.get(right.position) ?? 0) : 0;
      for (const left of ending[at]!) {
        const whole = left.cost + costAfter(left, right) + penalty;
        if (whole < cost) [cost, before] = [whole, left];
      }
      return { ...right, cost, before };
    };
    for (let at = 0; at < text.length; at++) {
      if (ending[at]!.length === 0) continue;
      for (const word of wordsAt(text, at)) {
        const node = join(at, word);
        ending[node.end]!.unshift(node);
      }
    }
    let last = text.length;
    while (ending[last]!.length === 0) last--;
    const path: string[] = [];
    const decoder = new TextDecoder();
    let node = join(last, { ...limit, from: last, begin: last, end: last }).before;
    for (; node?.before; node = node.before) path.push(decoder.decode(text.subarray(node.begin, node.end)));
    return path.reverse();
  };
}

/** Maximum length of a word in bytes, as in MeCab (tokenizer.cpp). */
const longestLookup = 65_535;
/** Maximum number of further characters of the same kind in an unknown word (MeCab's max-grouping-size). */
const longestGroup = 24;

/** One reading of a word. */
interface Found {
  /** Position of the search, which is before the white space that precedes the word. */
  from: number;
  /** Its first byte; `end` is the byte after its last. */
  begin: number;
  end: number;
  leftContext: number;
  rightContext: number;
  wordCost: number;
  /** Number of its part of speech. */
  position: number;
}

/** A word, with the best segmentation that ends with it. */
interface Node extends Found {
  cost: number;
  before: Node | undefined;
}

interface Lexicon {
  /** Calls `found` with every entry that the text starts with, shortest first, and with its length in bytes. */
  eachPrefix(text: Uint8Array, begin: number, end: number, found: (entry: number, bytes: number) => void): void;
  /** The possible readings of an entry. */
  entries(entry: number, from: number, begin: number, end: number): Found[];
}

/** Reads a dictionary: a header, a double array of the words (Aoe 1989), the readings of each word, features. */
function readLexicon(bytes: Uint8Array, where: string): Lexicon {
  const [headerBytes, tokenBytes] = [72, 16];
  if (bytes.length < headerBytes) throw new MecabError(`${where} is not a MeCab dictionary: it has ${bytes.length} bytes`);
  const header = new Uint32Array(copied(bytes, 0, headerBytes));
  if ((header[0]! ^ 0xef718f77) >>> 0 !== bytes.length)
    throw new MecabError(`${where} is not a MeCab dictionary, or it was truncated: its size differs from the one in its header`);
  if (header[1] !== 102) throw new MecabError(`${where} has the format ${header[1]}; only the format 102 of MeCab 0.996 is supported`);
  const charset = new TextDecoder().decode(bytes.subarray(40, headerBytes)).replace(/\0.*/s, "");
  if (!/^utf-?8$/i.test(charset)) throw new MecabError(`${where} is in ${charset}; only dictionaries in UTF-8 are supported`);
  const [arrayBytes, tokensBytes] = [header[6]!, header[7]!];
  // pairs of a node: base, check
  const nodes = new Int32Array(copied(bytes, headerBytes, headerBytes + arrayBytes));
  const tokens = new DataView(bytes.buffer, bytes.byteOffset + headerBytes + arrayBytes, tokensBytes);
  return {
    eachPrefix(text, begin, end, found) {
      let base = nodes[0]!;
      for (let at = begin; ; at++) {
        // a node for the value 0 ends a word; its base contains the entry
        if (base === nodes[2 * base + 1] && nodes[2 * base]! < 0) found(-nodes[2 * base]! - 1, at - begin);
        if (at === end) return;
        const next = base + text[at]! + 1;
        if (base !== nodes[2 * next + 1]) return;
        base = nodes[2 * next]!;
      }
    },
    // the lowest byte is the number of readings
    entries: (entry, from, begin, end) =>
      Array.from({ length: entry & 255 }, (_, i) => {
        const at = ((entry >> 8) + i) * tokenBytes;
        return {
          from,
          begin,
          end,
          leftContext: tokens.getUint16(at, true),
          rightContext: tokens.getUint16(at + 2, true),
          position: tokens.getUint16(at + 4, true),
          wordCost: tokens.getInt16(at + 6, true),
        };
      }),
  };
}

/** The kinds of a character, and how unknown words are formed with it (char.def). */
interface Character {
  /** One bit per kind. */
  kinds: number;
  /** Number of the kind of its unknown words. */
  kind: number;
  /** Maximum length of unknown words in characters. */
  length: number;
  /** All following characters of the same kind form one unknown word. */
  group: boolean;
  /** Unknown words are formed even if a known word begins here. */
  invoke: boolean;
  /** Length of its UTF-8 in bytes. */
  bytes: number;
}

function readKinds(bytes: Uint8Array, where: string) {
  const nameBytes = 32;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const names = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  const table = 4 + nameBytes * names;
  if (bytes.length !== table + 4 * 0xffff) throw new MecabError(`${where} is not a MeCab character table, or it was truncated`);
  const of = (character: number, size: number): Character => {
    const bits = view.getUint32(table + 4 * Math.min(character, 0xfffe), true);
    return {
      kinds: bits & 0x3ffff,
      kind: (bits >>> 18) & 0xff,
      length: (bits >>> 26) & 0xf,
      group: ((bits >>> 30) & 1) === 1,
      invoke: bits >>> 31 === 1,
      bytes: size,
    };
  };
  const at = (text: Uint8Array, place: number, end: number): Character => {
    const [first, left] = [text[place] ?? 0, end - place];
    if (first < 0x80) return of(first, 1);
    if (first < 0xe0 && left >= 2) return of(((first & 0x1f) << 6) | (text[place + 1]! & 0x3f), 2);
    if (first < 0xf0 && left >= 3) return of(((first & 0xf) << 12) | ((text[place + 1]! & 0x3f) << 6) | (text[place + 2]! & 0x3f), 3);
    // MeCab has a single kind for all characters beyond the basic plane
    return of(0, left >= 4 ? 4 : 1);
  };
  return {
    names: Array.from({ length: names }, (_, i) =>
      new TextDecoder().decode(bytes.subarray(4 + nameBytes * i, 4 + nameBytes * (i + 1))).replace(/\0.*/s, ""),
    ),
    space: of(0x20, 1),
    at,
    /** The end of a run of characters in which each shares a kind with the one before it. */
    runOf(text: Uint8Array, begin: number, end: number, before: Character): { end: number; characters: number } {
      let [place, characters, last] = [begin, 0, before];
      while (place < end) {
        const next = at(text, place, end);
        if (!(next.kinds & last.kinds)) break;
        place += next.bytes;
        characters++;
        last = next;
      }
      return { end: place, characters };
    },
  };
}

/** The possible readings of unknown words, by kind of character. */
function unknownWords(lexicon: Lexicon, kinds: readonly string[], where: string) {
  const entries = kinds.map((name) => {
    const key = new TextEncoder().encode(name);
    let entry: number | undefined;
    lexicon.eachPrefix(key, 0, key.length, (found, bytes) => {
      if (bytes === key.length) entry = found;
    });
    if (entry === undefined) throw new MecabError(`${where}/unk.dic has no entry for characters of the kind ${name}`);
    return entry;
  });
  return (kind: number, from: number, begin: number, end: number) => lexicon.entries(entries[kind]!, from, begin, end);
}

function readConnections(bytes: Uint8Array, where: string): { after(rightContext: number, leftContext: number): number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [rights, lefts] = bytes.length >= 4 ? [view.getUint16(0, true), view.getUint16(2, true)] : [0, 0];
  if (bytes.length !== 4 + 2 * rights * lefts || rights * lefts === 0)
    throw new MecabError(`${where} is not a MeCab matrix, or it was truncated`);
  const costs = new Int16Array(copied(bytes, 4, bytes.length));
  return { after: (rightContext, leftContext) => costs[rightContext + rights * leftContext]! };
}

/** The additional cost of parts of speech after white space, in MeCab-ko. */
function spacePenalties(settings: string): Map<number, number> {
  const [, list = ""] = /^\s*left-space-penalty-factor\s*=\s*([\d,\s-]*)/m.exec(settings) ?? [];
  const numbers = list.split(",").map(Number);
  return new Map(numbers.flatMap((value, i) => (i % 2 === 1 ? [[numbers[i - 1]!, value] as const] : [])));
}

/** A copy of bytes, which is aligned for reading numbers. */
function copied(bytes: Uint8Array, begin: number, end: number): ArrayBuffer {
  return new Uint8Array(bytes.subarray(begin, end)).buffer;
}
