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
 * how their number grows there. Undefined where a vocabulary of the declared size is small for a text of this length, and where the
 * corpus is not text that can be looked at now.
 */
export function attainableVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number | undefined {
  const { kind, vocabulary, sentinels, lowercase } = tokenizer;
  if ((kind !== "bpe" && kind !== "wordpiece") || vocabulary === null) return undefined;
  const paths = filesOf(corpus.files, files);
  if (paths.length === 0 || paths.some((path) => files.size(path) === null || textBytesPerByte(path) !== 1)) return undefined;
  const bytes = bytesToLearnFrom(corpus, paths, files);
  // texts of 0.1 MB to 5 MB gave 20 to 30 times the root of their length, and up to some thousand entries cost next to nothing
  if (vocabulary <= Math.max(8192, 4 * Math.sqrt(bytes))) return undefined;
  const text = beginningOf(paths, files, wordSampleBytes, lowercase);
  if (text.length < 2) return undefined;
  const [half, whole] = [subwordsOf(text.slice(0, text.length / 2)), subwordsOf(text)];
  // Heaps' law: different words grow with a power of the length
  const power = Math.min(1, Math.max(0.5, Math.log2(whole / half)));
  const learned = whole * Math.max(1, bytes / new TextEncoder().encode(text).length) ** power;
  return Math.ceil(specialTokens + sentinels + byteEntries + learned);
}

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
    // A file of another order of magnitude is not read for an estimate, nor is one that is not text itself.
    if (size === null || size > 8 * sampleBytes || textBytesPerByte(path) !== 1) continue;
    text += new TextDecoder().decode(files.start(path, left) ?? new Uint8Array());
    left -= size;
    if (left <= 0) break;
  }
  return lowercase ? text.toLowerCase() : text;
}
