import { readCharacters, tokenBytes, wholeText } from "./token-bytes.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** The places where words begin and sentences end. */
export interface WordEdges {
  wordStarts(tokens: readonly number[]): boolean[];
  endsSentence(token: number): boolean;
}

/**
 * Finds the words of token sequences. A word is a run of letters and digits, or a run of other marks, as in the pre-tokenisation of BERT
 * and GPT-2. If a run has characters of a script without spaces, ICU splits it into words. `tokens`: all tokens of a vocabulary by id.
 */
export function wordEdges(tokens: readonly string[], json: TokenizerJson): WordEdges {
  const prefix = (json.model as { continuing_subword_prefix?: string | null }).continuing_subword_prefix ?? "";
  const bytesOf = tokenBytes(json);
  const texts = tokens.map((token) => textOf(bytesOf(token)));
  const first = Uint8Array.from(texts, (text) => kindOf(text.codePointAt(0)));
  const last = Uint8Array.from(texts, (text) => kindOf(lastPoint(text)));
  const unspaced = Uint8Array.from(texts, (text) => (unspacedScript.test(text) || text.includes(partOfCharacter) ? 1 : 0));
  const sentenceEnds = Uint8Array.from(texts, (text) => (/\p{Sentence_Terminal}\s*$/u.test(text) ? 1 : 0));

  const beginsRun = (before: number, token: number): boolean => {
    // BERT's pre-tokenisation separates such characters, but their words continue
    if (prefix !== "" && !(unspaced[before] && unspaced[token])) return !(tokens[token]?.startsWith(prefix) ?? false);
    return first[token] === space || first[token] !== last[before];
  };
  return {
    wordStarts(text) {
      const starts = text.map((token, i) => i === 0 || beginsRun(text[i - 1]!, token));
      for (const [begin, end] of runsOf(starts)) {
        const run = text.slice(begin, end);
        if (run.length < 2 || !run.some((token) => unspaced[token])) continue;
        cutAsWords(run.map((token) => bytesOf(tokens[token] ?? ""))).forEach((isStart, i) => {
          starts[begin + i] ||= isStart;
        });
      }
      return starts;
    },
    endsSentence: (token) => sentenceEnds[token] === 1,
  };
}

/** Scripts without spaces for which ICU has dictionaries. */
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Represents a byte of a character that continues in another token; it counts as a letter, since most characters are. */
const partOfCharacter = "\u{F0000}";

const [space, wordCharacter, mark] = [0, 1, 2];

function textOf(bytes: Uint8Array): string {
  const parts = () => readCharacters(bytes).map(({ text }) => text ?? partOfCharacter);
  return wholeText(bytes) ?? parts().join("");
}

function kindOf(point: number | undefined): number {
  if (point === undefined) return space;
  const character = String.fromCodePoint(point);
  if (/\s/u.test(character)) return space;
  return character === partOfCharacter || /[\p{L}\p{M}\p{N}]/u.test(character) ? wordCharacter : mark;
}

function lastPoint(text: string): number | undefined {
  return Array.from(text).at(-1)?.codePointAt(0);
}

function runsOf(starts: readonly boolean[]): [begin: number, end: number][] {
  const begins = starts.flatMap((isStart, i) => (isStart ? [i] : []));
  return begins.map((begin, i) => [begin, begins[i + 1] ?? starts.length]);
}

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** Whether each token of a run begins a word according to ICU; false for all tokens of a run of other scripts. */
function cutAsWords(run: readonly Uint8Array[]): boolean[] {
  const characters = readCharacters(Buffer.concat(run));
  const text = characters.map((character) => character.text ?? "\uFFFD").join("");
  if (!unspacedScript.test(text)) return run.map(() => false);
  const words = new Set(Array.from(segmenter.segment(text), ({ index }) => index));
  const cuts = new Set<number>();
  let at = 0;
  for (const character of characters) {
    if (words.has(at) && character.text !== undefined) cuts.add(character.start);
    at += character.text?.length ?? 1;
  }
  let start = 0;
  return run.map((bytes) => {
    const isCut = cuts.has(start);
    start += bytes.length;
    return isCut;
  });
}
