import { textFormatOf } from "#runtime/contract/formats.ts";
import type { CorpusSpec, LearnedTokenizerSpec } from "#runtime/contract/spec.ts";
import { type Files, filesOf } from "./planning-files.ts";

/** Number of special tokens: `<pad>`, `<unk>`, `<s>`, `</s>`, `<mask>`. */
export const specialTokenCount = 5;
export const byteEntries = 256;

/**
 * The number of entries that a tokenizer will have, before it is trained. It is exact for bytes. For subwords it is the declared number, or
 * an estimate of what the corpus can provide if that is smaller; for characters, those at the beginning of the corpus.
 */
export function expectedVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number {
  const own = specialTokenCount + tokenizer.sentinels;
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
 * An estimate, rather too large, of the number of entries that a corpus can provide for a subword tokenizer. It is based on the distinct
 * words at the beginning of the corpus and the growth of their number, or for unigram on the letter sequences that occur there at least
 * twice. Undefined if the declared vocabulary is small for a text of this length, or if the corpus is not text that can be read now.
 */
export function attainableVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number | undefined {
  const { kind, vocabulary, sentinels, lowercase } = tokenizer;
  const piecesOf = estimates[kind];
  if (!piecesOf || vocabulary === null) return undefined;
  const paths = filesOf(corpus.files, files);
  if (paths.length === 0 || paths.some((path) => files.size(path) === null || textBytesPerByte(path) !== 1)) return undefined;
  const bytes = bytesToLearnFrom(corpus, paths, files);
  // texts of 0.1 MB to 5 MB gave 20 to 30 times the square root of their length, and up to a few thousand entries cost almost nothing
  if (vocabulary <= Math.max(8192, 4 * Math.sqrt(bytes))) return undefined;
  const text = beginningOf(paths, files, wordSampleBytes, lowercase);
  if (text.length < 2) return undefined;
  const [half, whole] = [piecesOf(text.slice(0, text.length / 2)), piecesOf(text)];
  // Heaps' law: the number of distinct words grows with a power of the length
  const power = Math.min(1, Math.max(0.5, Math.log2(whole / half)));
  const learned = whole * Math.max(1, bytes / new TextEncoder().encode(text).length) ** power;
  return Math.ceil(specialTokenCount + sentinels + byteEntries + learned);
}

/** Estimates of the number of entries from a text, by the kind of subword tokenizer. */
const estimates: Partial<Record<LearnedTokenizerSpec["kind"], (text: string) => number>> = {
  bpe: subwordsOf,
  wordpiece: subwordsOf,
  unigram: substringsOf,
};

function bytesToLearnFrom({ split, limit }: CorpusSpec, paths: readonly string[], files: Files): number {
  const all = paths.reduce((sum, path) => sum + (files.size(path) ?? 0), 0) * (1 - split.validation - split.test);
  return limit?.unit === "tokens" ? Math.min(all, limit.value * 8) : all;
}

/**
 * An estimate of the number of subwords for the distinct words of a text: English texts of 0.1 MB to 5 MB give 1.35 to 1.75 per word. If
 * words are not separated by spaces, and in longer words, every pair of neighbouring characters may be a subword.
 */
function subwordsOf(text: string): number {
  let sum = 0;
  for (const word of new Set(text.match(/ ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+/gu))) {
    const { length } = word;
    sum += length > 20 || withoutSpaces.test(word) ? length - 1 : 1.75;
  }
  return Math.max(1, sum);
}

/** The number of letter sequences that occur at least twice in the words of a text; unigram pieces are chosen from these. */
function substringsOf(text: string): number {
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

/** Maximum length of a piece in letters, as in SentencePiece. */
const longestPiece = 16;

/** The frequent letter sequences of a length. Their beginnings and ends are frequent too, and thus in `shorter`. */
function frequent(
  words: readonly { letters: readonly string[]; count: number }[],
  length: number,
  shorter: ReadonlyMap<string, number> | null,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { letters, count } of words) {
    for (let start = 0; start + length <= letters.length; start++) {
      const substring = letters.slice(start, start + length).join("");
      const isRare =
        shorter &&
        !(shorter.has(letters.slice(start, start + length - 1).join("")) && shorter.has(letters.slice(start + 1, start + length).join("")));
      if (!isRare) counts.set(substring, (counts.get(substring) ?? 0) + count);
    }
  }
  for (const [substring, count] of counts) if (count < 2) counts.delete(substring);
  return counts;
}

const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Estimated number of tokens of the training split, before the corpus is encoded. `tokenizer`: null for one that is not trained here. */
export function expectedTokens(corpus: CorpusSpec, tokenizer: LearnedTokenizerSpec | null, files: Files): number {
  const { validation, test } = corpus.split;
  const bytes = filesOf(corpus.files, files).reduce((sum, path) => sum + (files.size(path) ?? 0) * textBytesPerByte(path), 0);
  const max = corpus.limit?.unit === "tokens" ? corpus.limit.value : Number.POSITIVE_INFINITY;
  return Math.min(max, bytes * (1 - validation - test) * expectedTokensPerByte(tokenizer));
}

/** Bytes of text per byte of a file: text compresses to about a third. */
function textBytesPerByte(path: string): number {
  const { table, compressed } = textFormatOf(path);
  return compressed !== null || table === ".parquet" ? 3 : 1;
}

/** Estimated number of tokens per byte of text. `tokenizer`: null for that of a checkpoint. */
export function expectedTokensPerByte(tokenizer: LearnedTokenizerSpec | null): number {
  // English text of a few megabytes with a few thousand subwords has about four bytes per token
  return tokenizer?.kind === "bytes" || tokenizer?.kind === "characters" ? 1 : 0.25;
}

const sampleBytes = 1_000_000;
const wordSampleBytes = 300_000;

function charactersOf(corpus: CorpusSpec, files: Files, lowercase: boolean): number {
  return new Set(beginningOf(filesOf(corpus.files, files), files, sampleBytes, lowercase)).size || byteEntries;
}

/** The first bytes of the files taken together, as text. */
function beginningOf(paths: readonly string[], files: Files, bytes: number, lowercase: boolean): string {
  let text = "";
  let left = bytes;
  for (const path of paths) {
    const size = files.size(path);
    // a file that is not plain text is not read for an estimate
    if (size === null || textBytesPerByte(path) !== 1) continue;
    // `stream`: the bytes may end within a character
    text += new TextDecoder().decode(files.start(path, left) ?? new Uint8Array(), { stream: true });
    left -= size;
    if (left <= 0) break;
  }
  return lowercase ? text.toLowerCase() : text;
}
