import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import { copyAgain, jsonIn } from "./checkpoint-json.ts";
import { companionFileNames, companionsOf } from "./companion-tokens.ts";
import { type TokenizerParts, tokenizerFlaw } from "./tokenizer-flaws.ts";

/** Files of a checkpoint that a tokenizer is read from. */
export const tokenizerFileNames = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", ...companionFileNames];

/** Maximum number of ids without an entry; more are not gaps but an error. */
const maxGap = 100_000;
export const maxTokenizerBytes = 200e6;

/** The number of ids of a checkpoint's tokenizer; null if it has no readable one. Throws `CheckpointError` if it is broken. */
export function tokenizerEntries(folder: string, files: SeenFiles): number | null {
  const has = (name: string) => files.size(`${folder}/${name}`) !== null;
  const { tokens } = companionsOf((name) => (has(name) ? jsonIn(`${folder}/${name}`, maxTokenizerBytes, files) : undefined));
  const withNew = (entries: number, isKnown: (content: string) => boolean) =>
    entries + tokens.filter(({ content }) => !isKnown(content)).length;
  if (has("tokenizer.json")) {
    const path = `${folder}/tokenizer.json`;
    const entries = tokenEntries(jsonIn(path, maxTokenizerBytes, files), path);
    const known = new Set(tokens.length > 0 ? entries.map(([token]) => token) : []);
    return withNew(beyondLast(entries, path), (content) => known.has(content));
  }
  if (has("vocab.txt")) {
    const bytes = files.read(`${folder}/vocab.txt`)!;
    const known = new Set(tokens.length > 0 ? new TextDecoder().decode(bytes).split(/\r?\n/) : []);
    return withNew(linesIn(bytes), (content) => known.has(content));
  }
  if (!has("vocab.json") || !has("merges.txt")) return null;
  const path = `${folder}/vocab.json`;
  const vocab = jsonIn(path, maxTokenizerBytes, files);
  return withNew(beyondLast(Object.entries(vocab), path), (content) => Object.hasOwn(vocab, content));
}

/** The tokens of a `tokenizer.json` with their ids. Throws `CheckpointError`. */
function tokenEntries(json: Record<string, unknown>, path: string): unknown[][] {
  const { model, added_tokens: added } = json;
  const vocab = (model as { vocab?: unknown } | null | undefined)?.vocab;
  if (typeof vocab !== "object" || vocab === null)
    throw new CheckpointError(
      `${path} has no model with a vocabulary, so it is not a tokenizer.json of Hugging Face's tokenizers. Save one with save_pretrained in Python`,
    );
  // the vocabulary of Unigram is a list of pieces with their scores
  const pieces: unknown[][] = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : entry, id])
    : Object.entries(vocab);
  const appended = Array.isArray(added) ? added.map((each: unknown) => (each ?? {}) as { content?: unknown; id?: unknown }) : [];
  const entries = [...pieces, ...appended.map(({ content, id }) => [content, id])];
  const flaw = entries.every(isEntry) ? tokenizerFlaw(json as TokenizerParts, entries) : undefined;
  if (flaw !== undefined) throw new CheckpointError(`${path} cannot be used: ${flaw}. ${copyAgain}`);
  return entries;
}

function beyondLast(entries: readonly (readonly unknown[])[], path: string): number {
  const last = entries.reduce((max, entry) => Math.max(max, entry[1] as number), -1);
  if (entries.length > 0 && entries.every(isEntry) && last < 2 * entries.length + maxGap) return last + 1;
  throw new CheckpointError(`The vocabulary of ${path} is not a list of tokens with their ids. ${copyAgain}`);
}

function isEntry(entry: readonly unknown[]): entry is [string, number] {
  return typeof entry[0] === "string" && Number.isSafeInteger(entry[1]) && (entry[1] as number) >= 0;
}

function linesIn(bytes: Uint8Array): number {
  const ends = bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  return bytes.length === 0 || bytes.at(-1) === 0x0a ? ends : ends + 1;
}
