import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import type { TokenizerResult } from "#runtime/contract/artifacts.ts";
import { type JobContext, JobFailure, JobStopped } from "#runtime/contract/job-context.ts";
import type { TrainedTokenizerJob } from "#runtime/contract/plan.ts";
import type { LearnedTokenizerSpec, TokenizerKind } from "#runtime/contract/spec.ts";
import { sentinelToken } from "#runtime/contract/special-tokens.ts";
import { readInput } from "#runtime/runs/inspect-folder.ts";
import { writeWhole } from "#runtime/runs/whole-files.ts";
import { byteAlphabet } from "./byte-alphabet.ts";
import { byCodePoint, type Counting, countChunks, distinctCharacters } from "./count-words.ts";
import { type CountedWord, learnMerges } from "./learn-merges.ts";
import { learnUnigram } from "./learn-unigram.ts";
import { longestWord, tokenizerJson } from "./tokenizer-json.ts";
import { specialTokens, vocabularyTokens } from "./vocabulary.ts";

/**
 * Trains a tokenizer on a corpus' training split and saves it as `tokenizer.json`. The result is deterministic: the same text gives the
 * same ids. Throws JobFailure if the declared vocabulary is too small for the kind, and JobStopped.
 */
export async function trainTokenizer(job: TrainedTokenizerJob, context: JobContext): Promise<TokenizerResult> {
  const corpus = context.folderOf(job.corpus);
  const { splits } = readInput(corpus, "corpus");
  const learned = await learn(job.tokenizer, countingOf(job.tokenizer, corpus, splits.train.bytes, context), context);
  const tokens = vocabularyTokens(learned.ordinary, job.tokenizer.sentinels);
  const json = tokenizerJson({
    kind: job.tokenizer.kind,
    lowercase: job.tokenizer.lowercase,
    tokens,
    merges: learned.merges,
    scores: learned.scores,
  });
  writeWhole(join(context.folder, "tokenizer.json"), `${JSON.stringify(json, null, 1)}\n`);
  warnOfOtherSize(job.tokenizer, tokens.length, context);
  return { vocabulary: tokens.length };
}

interface Learned {
  /** The ordinary tokens in the order of their ids. */
  ordinary: string[];
  merges: [string, string][];
  /** Log-probabilities, for unigram. */
  scores?: number[];
}

async function learn(tokenizer: LearnedTokenizerSpec, counting: Counting, context: JobContext): Promise<Learned> {
  switch (tokenizer.kind) {
    case "bytes": {
      const ordinary = byteAlphabet.map(({ character }) => character);
      roomFor(ordinary.length, "bytes", tokenizer);
      return { ordinary, merges: [] };
    }
    case "characters": {
      const ordinary = await distinctCharacters(counting);
      roomFor(ordinary.length, "characters", tokenizer);
      return { ordinary, merges: [] };
    }
    case "bpe":
      return learnBytePairs(tokenizer, counting, context);
    case "wordpiece":
      return learnWordPieces(tokenizer, counting, context);
    case "unigram":
      return learnPieces(tokenizer, counting, context);
  }
}

/** Maximum length of a word. Text without spaces forms very long words, and a merge scans every word that it changes. */
const longestPart = 256;

async function learnBytePairs(tokenizer: LearnedTokenizerSpec, counting: Counting, context: JobContext): Promise<Learned> {
  const ordinary = byteAlphabet.map(({ character }) => character);
  const newTokens = roomFor(ordinary.length, "bytes", tokenizer);
  const idOf = new Map(ordinary.map((character, id) => [character, id]));
  const words: CountedWord[] = [];
  for (const [word, count] of await countWords(tokenizer, counting)) {
    // characters of the byte alphabet are single UTF-16 units
    for (let start = 0; start < word.length; start += longestPart) {
      const part = word.slice(start, start + longestPart);
      words.push({ symbols: Array.from(part, (character) => idOf.get(character) as number), count });
    }
  }
  const join = (left: string, right: string) => left + right;
  const merges = await learnMerges(words, ordinary, {
    newTokens,
    join,
    forbidden: reserved(tokenizer),
    progress: progressOf(newTokens, context),
  });
  return { ordinary, merges };
}

/**
 * Learns WordPiece's vocabulary by merging pairs, as Hugging Face's WordPieceTrainer does. A piece inside a word starts with `##`. (The
 * original trainer was never released; Devlin et al. 2019 refer to Wu et al. 2016, section 4.1.)
 */
async function learnWordPieces(tokenizer: LearnedTokenizerSpec, counting: Counting, context: JobContext): Promise<Learned> {
  const counted = [...(await countWords(tokenizer, counting))].filter(([word]) => [...word].length <= longestWord);
  const alphabet = new Set(frequentCharacters(counted, tokenizer));
  const known = counted.filter(([word]) => [...word].every((character) => alphabet.has(character)));
  const pieces = known.map(([word, count]) => ({
    pieces: [...word].map((character, i) => (i === 0 ? character : `##${character}`)),
    count,
  }));
  const inside = new Set(pieces.flatMap((word) => word.pieces.slice(1)));
  const ordinary = [...[...alphabet].sort(byCodePoint), ...[...inside].sort((a, b) => byCodePoint(a.slice(2), b.slice(2)))];
  const newTokens = roomFor(ordinary.length, "characters, alone and inside words", tokenizer);
  const idOf = new Map(ordinary.map((piece, id) => [piece, id]));
  const words = pieces.map((word) => ({ symbols: word.pieces.map((piece) => idOf.get(piece) as number), count: word.count }));
  const join = (left: string, right: string) => left + right.slice("##".length);
  await learnMerges(words, ordinary, { newTokens, join, forbidden: reserved(tokenizer), progress: progressOf(newTokens, context) });
  return { ordinary, merges: [] };
}

/** Learns the pieces of unigram as SentencePiece does: the characters, and the sequences that contribute most to the likelihood. */
async function learnPieces(tokenizer: LearnedTokenizerSpec, counting: Counting, context: JobContext): Promise<Learned> {
  const counted = [...(await countWords(tokenizer, counting))].flatMap(([word, count]) =>
    partsOf(word).map((part) => [part, count] as const),
  );
  const alphabet = frequentCharacters(counted, tokenizer);
  const known = new Set(alphabet);
  const room = roomFor(alphabet.length, "characters", tokenizer);
  const pieces = await learnUnigram(
    counted.filter(([word]) => [...word].every((character) => known.has(character))),
    {
      alphabet,
      size: alphabet.length + room,
      forbidden: reserved(tokenizer),
      async progress(left) {
        context.emit({ event: "phase", phase: "learning pieces", done: left, unit: "pieces" });
        await pause(context);
      },
    },
  );
  return { ordinary: pieces.map(({ piece }) => piece), merges: [], scores: pieces.map(({ score }) => score) };
}

/** Splits a long word into parts between characters. */
function partsOf(word: string): string[] {
  if (word.length <= longestPart) return [word];
  const characters = Array.from(word);
  const parts = Array.from({ length: Math.ceil(characters.length / longestPart) }, (_, i) => i * longestPart);
  return parts.map((start) => characters.slice(start, start + longestPart).join(""));
}

/**
 * The alphabet of WordPiece and unigram: the 1,000 most frequent characters (BertWordPieceTokenizer's `limit_alphabet`), or half the size
 * of the vocabulary, which Chinese needs. Rarer characters are unknown.
 */
function frequentCharacters(words: readonly (readonly [string, number])[], { vocabulary, sentinels }: LearnedTokenizerSpec): string[] {
  const room = (vocabulary ?? 0) - specialTokens.length - sentinels;
  const counts = new Map<string, number>();
  for (const [word, count] of words) for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || byCodePoint(a, b));
  return byCount.slice(0, Math.max(1000, Math.floor(room / 2))).map(([character]) => character);
}

/** Counts words, split as by the saved tokenizer, in sorted order, so that the result does not depend on the order of documents. */
async function countWords(tokenizer: LearnedTokenizerSpec, counting: Counting): Promise<Map<string, number>> {
  const preTokenizer = untrained(tokenizer).getPreTokenizer();
  const words = new Map<string, number>();
  for (const [chunk, count] of await countChunks(counting)) {
    for (const [word] of preTokenizer?.preTokenizeString(chunk) ?? []) words.set(word, (words.get(word) ?? 0) + count);
  }
  return words;
}

/** The number of entries that are left for learned tokens. */
function roomFor(needed: number, what: string, tokenizer: LearnedTokenizerSpec): number {
  const smallest = specialTokens.length + needed + tokenizer.sentinels;
  if (tokenizer.vocabulary === null) return 0;
  if (tokenizer.vocabulary >= smallest) return tokenizer.vocabulary - smallest;
  throw new JobFailure(
    `vocabulary: ${tokenizer.vocabulary} is too small for this ${tokenizer.kind} tokenizer: it needs ${smallest} (${specialTokens.length} special ` +
      `tokens, ${needed} ${what}, ${tokenizer.sentinels} sentinels); write vocabulary: ${smallest} or more, or fewer sentinels`,
  );
}

function warnOfOtherSize(tokenizer: LearnedTokenizerSpec, size: number, context: JobContext): void {
  if (tokenizer.vocabulary === null || tokenizer.vocabulary === size) return;
  const ends: Partial<Record<TokenizerKind, string>> = {
    bpe: "the corpus has no more pairs to merge",
    wordpiece: "the corpus has no more pairs to merge",
    unigram: "no other sequence occurs in the corpus twice",
  };
  const reason = ends[tokenizer.kind] ?? `${tokenizer.kind} need no more`;
  const message = `the tokenizer has ${size} entries, not the declared ${tokenizer.vocabulary}: ${reason}`;
  context.emit({ event: "warning", message, note: "other size" });
}

function reserved(tokenizer: LearnedTokenizerSpec): Set<string> {
  return new Set([...specialTokens, ...Array.from({ length: tokenizer.sentinels }, (_, i) => sentinelToken(i))]);
}

/** An untrained tokenizer, whose normalizer and pre-tokenizer are those of the file that will be saved. */
function untrained({ kind, lowercase }: LearnedTokenizerSpec): NativeTokenizer {
  return NativeTokenizer.fromString(JSON.stringify(tokenizerJson({ kind, lowercase, tokens: vocabularyTokens([], 0), merges: [] })));
}

function countingOf(tokenizer: LearnedTokenizerSpec, folder: string, bytes: number, context: JobContext): Counting {
  const normalizer = untrained(tokenizer).getNormalizer();
  let done = 0;
  let sinceReport = 0;
  return {
    folder,
    bytes,
    normalize: (text) => normalizer?.normalizeString(text) ?? text,
    async progress(characters) {
      done += characters;
      sinceReport += characters;
      if (sinceReport < 1 << 24) return;
      sinceReport = 0;
      context.emit({ event: "phase", phase: "counting words", done, total: bytes, unit: "bytes" });
      await pause(context);
    },
  };
}

function progressOf(total: number, context: JobContext): (done: number) => Promise<void> {
  return async (done) => {
    if (done % 1024 === 0) context.emit({ event: "phase", phase: "learning merges", done, total, unit: "entries" });
    await pause(context);
  };
}

/** Yields, so that a request to stop can arrive. */
async function pause(context: JobContext): Promise<void> {
  await nextTurn();
  if (context.signal.aborted) throw new JobStopped();
}
