import { byteAlphabet } from "./byte-alphabet.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** Where words and sentences end, by token. */
export interface WordEdges {
  continuesWord(before: number, token: number): boolean;
  endsSentence(token: number): boolean;
}

/**
 * A word is a run of letters and digits, or a run of other marks, as BERT's and GPT-2's pre-tokenisation cut them. `tokens`: all
 * of a vocabulary, by id.
 */
export function wordEdges(tokens: readonly string[], json: TokenizerJson): WordEdges {
  const prefix = (json.model as { continuing_subword_prefix?: string | null }).continuing_subword_prefix ?? "";
  const isByteLevel = (json.decoder as { type?: string } | null)?.type === "ByteLevel";
  const texts = tokens.map((token) => (isByteLevel ? bytesOf(token) : token.replaceAll("\u2581", " ")));
  const first = Uint8Array.from(texts, (text) => kindOf(text.codePointAt(0)));
  const last = Uint8Array.from(texts, (text) => kindOf(lastPoint(text)));
  const sentenceEnds = Uint8Array.from(texts, (text) => (/[.!?]\s*$/u.test(text) ? 1 : 0));
  return {
    continuesWord(before, token) {
      if (prefix !== "") return tokens[token]?.startsWith(prefix) ?? false;
      return first[token] !== space && first[token] === last[before];
    },
    endsSentence: (token) => sentenceEnds[token] === 1,
  };
}

const [space, wordCharacter, mark] = [0, 1, 2];

function kindOf(point: number | undefined): number {
  if (point === undefined) return space;
  const character = String.fromCodePoint(point);
  if (/\s/u.test(character)) return space;
  return /[\p{L}\p{M}\p{N}]/u.test(character) ? wordCharacter : mark;
}

function lastPoint(text: string): number | undefined {
  return Array.from(text).at(-1)?.codePointAt(0);
}

const byteOf = new Map(byteAlphabet.map(({ character, byte }) => [character, byte]));

/** What a byte-level token stands for. Bytes of a character that goes on in another token count as a letter, which most are. */
function bytesOf(token: string): string {
  const bytes = Uint8Array.from(Array.from(token), (character) => byteOf.get(character) ?? 0x61);
  return new TextDecoder().decode(bytes).replaceAll("\uFFFD", "a");
}
