import { textFormatOf } from "#runtime/contract/formats.ts";
import type { CorpusSpec, LearnedTokenizerSpec } from "#runtime/contract/spec.ts";
import { type Files, filesOf } from "./files.ts";

/** `<pad>`, `<unk>`, `<s>`, `</s>`, `<mask>`. */
export const specialTokens = 5;
export const byteEntries = 256;

/**
 * Entries that a tokenizer will have, before it is trained: exact for bytes; for sub-words the declared number, or about as many as
 * the corpus can give where these are fewer; the characters at the beginning of the corpus for characters.
 */
export function expectedVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number {
  const own = specialTokens + tokenizer.sentinels;
  switch (tokenizer.kind) {
    case "bytes":
      return own + byteEntries;
    case "characters":
      return own + charactersOf(corpus, files, tokenizer.lowercase);
    default:
      return Math.min(
        tokenizer.vocabulary ?? own + byteEntries,
        attainableVocabulary(tokenizer, corpus, files) ?? Number.POSITIVE_INFINITY,
      );
  }
}

/**
 * Entries that the corpus can give a tokenizer of sub-words, about and rather too many: by the different words at its beginning, and
 * how their number grows there, or for unigram by the stretches of letters that stand there at least twice. Undefined where a vocabulary
 * of the declared size is small for a text of this length, and where the corpus is not text that can be looked at now.
 */
export function attainableVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number | undefined {
  const { kind, vocabulary, sentinels, lowercase } = tokenizer;
  const piecesOf = estimates[kind];
  if (!piecesOf || vocabulary === null) return undefined;
  const paths = filesOf(corpus.files, files);
  if (paths.length === 0 || paths.some((path) => files.size(path) === null || textBytesPerByte(path) !== 1)) return undefined;
  const bytes = bytesToLearnFrom(corpus, paths, files);
  // texts of 0.1 MB to 5 MB gave 20 to 30 times the root of their length, and up to some thousand entries cost next to nothing
  if (vocabulary <= Math.max(8192, 4 * Math.sqrt(bytes))) return undefined;
  const text = beginningOf(paths, files, wordSampleBytes, lowercase);
  if (text.length < 2) return undefined;
  const [half, whole] = [piecesOf(text.slice(0, text.length / 2)), piecesOf(text)];
  // Heaps' law: different words grow with a power of the length
  const power = Math.min(1, Math.max(0.5, Math.log2(whole / half)));
  const learned = whole * Math.max(1, bytes / new TextEncoder().encode(text).length) ** power;
  return Math.ceil(specialTokens + sentinels + byteEntries + learned);
}

/** Of a text, by the kinds of tokenizers that learn sub-words. */
const estimates: Partial<Record<LearnedTokenizerSpec["kind"], (text: string) => number>> = {
  bpe: subwordsOf,
  wordpiece: subwordsOf,
  unigram: stretchesOf,
};

function bytesToLearnFrom({ split, limit }: CorpusSpec, paths: readonly string[], files: Files): number {
  const all = paths.reduce((sum, path) => sum + (files.size(path) ?? 0), 0) * (1 - split.validation - split.test);
  return limit?.unit === "tokens" ? Math.min(all, limit.value * 8) : all;
}

/**
 * Sub-words that its different words can become, about: English texts of 0.1 MB to 5 MB give 1.35 to 1.75 for each. Where no spaces part
 * words, and in longer ones, every pair of neighbours may be one.
 */
function subwordsOf(text: string): number {
  let sum = 0;
  for (const word of new Set(text.match(/ ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+/gu))) {
    const { length } = word;
    sum += length > 20 || withoutSpaces.test(word) ? length - 1 : 1.75;
  }
  return Math.max(1, sum);
}

/** Stretches of letters that stand at least twice in its words: what unigram pieces are chosen from. */
function stretchesOf(text: string): number {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/ ?\S+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].map(([word, count]) => ({ letters: Array.from(word), count }));
  let sum = 0;
  let shorter: ReadonlyMap<string, number> | null = null;
  for (let length = 2; length <= longestPiece && shorter?.size !== 0; length++) {
    shorter = frequent(words, length, shorter);
    sum += shorter.size;
  }
  return Math.max(1, sum);
}

/** In letters, as SentencePiece has it. */
const longestPiece = 16;

/** What is frequent has a frequent beginning and end, which `shorter` holds. */
function frequent(
  words: readonly { letters: readonly string[]; count: number }[],
  length: number,
  shorter: ReadonlyMap<string, number> | null,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { letters, count } of words) {
    for (let start = 0; start + length <= letters.length; start++) {
      const stretch = letters.slice(start, start + length).join("");
      const isRare =
        shorter &&
        !(shorter.has(letters.slice(start, start + length - 1).join("")) && shorter.has(letters.slice(start + 1, start + length).join("")));
      if (!isRare) counts.set(stretch, (counts.get(stretch) ?? 0) + count);
    }
  }
  for (const [stretch, count] of counts) if (count < 2) counts.delete(stretch);
  return counts;
}

const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Tokens of the training split, about: for a plan before the corpus is encoded. `tokenizer`: null for one that is not trained here. */
export function expectedTokens(corpus: CorpusSpec, tokenizer: LearnedTokenizerSpec | null, files: Files): number {
  const { validation, test } = corpus.split;
  const bytes = filesOf(corpus.files, files).reduce((sum, path) => sum + (files.size(path) ?? 0) * textBytesPerByte(path), 0);
  const most = corpus.limit?.unit === "tokens" ? corpus.limit.value : Number.POSITIVE_INFINITY;
  return Math.min(most, bytes * (1 - validation - test) * expectedTokensPerByte(tokenizer));
}

/** Text compresses to about a third. */
function textBytesPerByte(path: string): number {
  const { table, compressed } = textFormatOf(path);
  return compressed !== null || table === ".parquet" ? 3 : 1;
}

/** Tokens that one byte of text becomes, about. `tokenizer`: null for a checkpoint's own. */
export function expectedTokensPerByte(tokenizer: LearnedTokenizerSpec | null): number {
  // English text of some megabytes under some thousand sub-words has about four bytes a token.
  return tokenizer?.kind === "bytes" || tokenizer?.kind === "characters" ? 1 : 0.25;
}

const sampleBytes = 1_000_000;
const wordSampleBytes = 300_000;

function charactersOf(corpus: CorpusSpec, files: Files, lowercase: boolean): number {
  return new Set(beginningOf(filesOf(corpus.files, files), files, sampleBytes, lowercase)).size || byteEntries;
}

/** The first bytes of the files together, as text. */
function beginningOf(paths: readonly string[], files: Files, bytes: number, lowercase: boolean): string {
  let text = "";
  let left = bytes;
  for (const path of paths) {
    const size = files.size(path);
    // one that is not text itself is not read for an estimate
    if (size === null || textBytesPerByte(path) !== 1) continue;
    // `stream`: the bytes may end within a character
    text += new TextDecoder().decode(files.start(path, left) ?? new Uint8Array(), { stream: true });
    left -= size;
    if (left <= 0) break;
  }
  return lowercase ? text.toLowerCase() : text;
}
