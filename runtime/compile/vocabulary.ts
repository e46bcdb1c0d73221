import { textFormatOf } from "#runtime/contract/formats.ts";
import type { CorpusSpec, LearnedTokenizerSpec } from "#runtime/contract/spec.ts";
import { type Files, filesOf } from "./files.ts";

/** `<pad>`, `<unk>`, `<s>`, `</s>`, `<mask>`. */
export const specialTokens = 5;
export const byteEntries = 256;

/**
 * Entries that a tokenizer will have, before it is trained: exact for bytes, the declared number for bpe and wordpiece
 * (a small corpus can give fewer), the characters at the beginning of the corpus for characters.
 */
export function expectedVocabulary(tokenizer: LearnedTokenizerSpec, corpus: CorpusSpec, files: Files): number {
  const own = specialTokens + tokenizer.sentinels;
  switch (tokenizer.kind) {
    case "bytes":
      return own + byteEntries;
    case "characters":
      return own + charactersOf(corpus, files, tokenizer.lowercase);
    default:
      return tokenizer.vocabulary ?? own + byteEntries;
  }
}

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

function charactersOf(corpus: CorpusSpec, files: Files, lowercase: boolean): number {
  const seen = new Set<string>();
  let left = sampleBytes;
  for (const path of filesOf(corpus.files, files)) {
    const size = files.size(path);
    // A file of another order of magnitude is not read for an estimate, nor is one that is not text itself.
    if (size === null || size > 8 * sampleBytes || textBytesPerByte(path) !== 1) continue;
    const text = new TextDecoder().decode(files.start(path, left) ?? new Uint8Array());
    for (const character of lowercase ? text.toLowerCase() : text) seen.add(character);
    left -= size;
    if (left <= 0) break;
  }
  return seen.size || byteEntries;
}
