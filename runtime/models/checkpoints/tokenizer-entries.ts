import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import { companionFileNames, companionsOf } from "./companion-tokens.ts";
import { copyAgain, jsonIn } from "./files.ts";
import { type TokenizerParts, tokenizerFlaw } from "./tokenizer-flaws.ts";

/** Files of a checkpoint that a tokenizer is read from. */
export const tokenizerFileNames = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", ...companionFileNames];

/** A tokenizer has so many more ids than entries at the most; more would be no gap but a mistake. */
const mostGap = 100_000;
export const mostTokenizerBytes = 200e6;

/** How many ids a checkpoint's tokenizer gives; null where it has none that can be read. Throws `CheckpointError` where one is broken. */
export function tokenizerEntries(folder: string, files: SeenFiles): number | null {
  const has = (name: string) => files.size(`${folder}/${name}`) !== null;
  const { tokens } = companionsOf((name) => (has(name) ? jsonIn(`${folder}/${name}`, mostTokenizerBytes, files) : undefined));
  const withNew = (entries: number, isKnown: (content: string) => boolean) =>
    entries + tokens.filter(({ content }) => !isKnown(content)).length;
  if (has("tokenizer.json")) {
    const path = `${folder}/tokenizer.json`;
    const entries = tokenEntries(jsonIn(path, mostTokenizerBytes, files), path);
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
  const vocab = jsonIn(path, mostTokenizerBytes, files);
  return withNew(beyondLast(Object.entries(vocab), path), (content) => Object.hasOwn(vocab, content));
}

/** Each token with its id, of a `tokenizer.json`. Throws `CheckpointError`. */
function tokenEntries(json: Record<string, unknown>, path: string): unknown[][] {
  const { model, added_tokens: added } = json;
  const vocab = (model as { vocab?: unknown } | null | undefined)?.vocab;
  if (typeof vocab !== "object" || vocab === null)
    throw new CheckpointError(
      `${path} has no model with a vocabulary: it is no tokenizer.json of Hugging Face's tokenizers. Save one with save_pretrained in Python`,
    );
  // Unigram's is a list of pieces with their scores
  const pieces: unknown[][] = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : entry, id])
    : Object.entries(vocab);
  const behind = Array.isArray(added) ? added.map((each: unknown) => (each ?? {}) as { content?: unknown; id?: unknown }) : [];
  const entries = [...pieces, ...behind.map(({ content, id }) => [content, id])];
  const flaw = entries.every(isEntry) ? tokenizerFlaw(json as TokenizerParts, entries) : undefined;
  if (flaw !== undefined) throw new CheckpointError(`${path} cannot be used: ${flaw}. ${copyAgain}`);
  return entries;
}

function beyondLast(entries: readonly (readonly unknown[])[], path: string): number {
  const last = entries.reduce((most, entry) => Math.max(most, entry[1] as number), -1);
  if (entries.length > 0 && entries.every(isEntry) && last < 2 * entries.length + mostGap) return last + 1;
  throw new CheckpointError(`The vocabulary of ${path} is no list of tokens with their ids. ${copyAgain}`);
}

function isEntry(entry: readonly unknown[]): entry is [string, number] {
  return typeof entry[0] === "string" && Number.isSafeInteger(entry[1]) && (entry[1] as number) >= 0;
}

function linesIn(bytes: Uint8Array): number {
  const ends = bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  return bytes.length === 0 || bytes.at(-1) === 0x0a ? ends : ends + 1;
}
