import type { LostInText } from "#runtime/contract/artifacts.ts";
import type { InputFile } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { ExistingTokenizerSpec } from "#runtime/contract/spec.ts";
import { isSentinelToken, sentinelToken, specialTokenNames } from "#runtime/contract/special-tokens.ts";
import { deepest, isDeep } from "#runtime/models/checkpoints/files.ts";
import { type TokenizerParts, tokenizerFlaw } from "#runtime/models/checkpoints/tokenizer-flaws.ts";
import { dropoutWarning } from "#runtime/models/checkpoints/tokenizer-parts.ts";
import type { Files } from "./files.ts";
import { lostByFile } from "./lost-text.ts";

/** A `tokenizer.json` as the specification uses it. */
export interface KnownTokenizer {
  file: InputFile;
  /** Entries of the file. */
  entries: number;
  /** Tokens that objectives need and the file has not, in the order in which they are added behind its own. */
  added: string[];
  /** Id of the padding token, added or not. */
  pad: number;
  /** Sentinels, added ones included. */
  sentinels: number;
  /** What it loses of a text, as its settings say. */
  lost: LostInText[];
  /** What is to be known of it. */
  warning: string | undefined;
}

/** What is wrong with one. */
interface UnusableTokenizer {
  /** Where it is said. */
  key: "file" | "sentinels";
  wrong: string;
}

/** Sentinels that are added where nothing is said and the file has none; as many as T5 has. */
const usualSentinels = 100;

/** Reads what a tokenizer's file has and lacks. */
export function readTokenizerFile({ file: path, sentinels }: ExistingTokenizerSpec, files: Files): KnownTokenizer | UnusableTokenizer {
  const found = files.fingerprint(path);
  if (!found && files.glob(`${path}/*`).length > 0) return { key: "file", wrong: `${path} is a folder. Name the tokenizer.json in it.` };
  if (!found) return { key: "file", wrong: `There is no file ${path}. Name a tokenizer.json.` };
  const content = contentOf(path, found, files);
  if (typeof content === "string") return { key: "file", wrong: content };
  const { entries, present, pad, ownSentinels, lost, warning } = content;
  if (ownSentinels > 0 && sentinels !== null && sentinels !== ownSentinels)
    return { key: "sentinels", wrong: `${path} has ${ownSentinels} sentinels of its own. Leave sentinels out.` };
  const wanted = ownSentinels > 0 ? 0 : (sentinels ?? usualSentinels);
  const special = needed.filter((role) => !present.includes(role)).map((role) => specialTokenNames[role][0]);
  return {
    file: { path, ...found },
    entries,
    // the first that is added
    pad: pad ?? entries,
    added: [...special, ...Array.from({ length: wanted }, (_, index) => sentinelToken(index))],
    sentinels: ownSentinels || wanted,
    lost,
    warning,
  };
}

/** Tokens that batches are made with; what is unknown the file's own kind decides. */
const needed = ["pad", "begin", "end", "mask"] as const;
type Role = (typeof needed)[number];

interface Content {
  entries: number;
  present: Role[];
  pad: number | null;
  ownSentinels: number;
  lost: LostInText[];
  warning: string | undefined;
}

/** Of the last files, by their content: a plan is made at every keystroke, and these files are large. */
const remembered = new Map<string, Content>();
const mostRemembered = 8;

/** What is wrong with it, where it is no tokenizer. */
function contentOf(path: string, { bytes, sha256 }: Omit<InputFile, "path">, files: Files): Content | string {
  // the editor's server may not have read a large file to its end yet
  const key = `${path} ${bytes} ${sha256}`;
  const known = remembered.get(key);
  if (known) return known;
  const read = readFile(path, files);
  if (typeof read === "string") return read;
  const { tokens, ...said } = read;
  const content: Content = {
    entries: largest(tokens.values(), -1) + 1,
    present: needed.filter((role) => specialTokenNames[role].some((name) => tokens.has(name))),
    pad: specialTokenNames.pad.map((name) => tokens.get(name)).find((id) => id !== undefined) ?? null,
    ownSentinels: [...tokens.keys()].filter(isSentinelToken).length,
    ...said,
  };
  remembered.set(key, content);
  if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value!);
  return content;
}

const mostBytes = 200e6;

/** Each token's id, what of texts is lost and what is to be known, or what is wrong. */
function readFile(path: string, files: Files): (Pick<Content, "lost" | "warning"> & { tokens: Map<string, number> }) | string {
  if ((files.size(path) ?? 0) > mostBytes)
    return `${path} has more than ${mostBytes / 1e6} MB, which no tokenizer.json has. Name another file.`;
  const bytes = files.read(path) ?? new Uint8Array();
  if (isDeep(bytes)) return `${path} is nested more than ${deepest} deep, which no tokenizer.json is. Copy the file again.`;
  let json: (TokenizerParts & Parameters<typeof lostByFile>[0]) | null;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return `${path} is not JSON: ${(error as Error).message}. Copy the file again.`;
  }
  const vocab = json?.model?.vocab;
  if (typeof vocab !== "object" || vocab === null)
    return `${path} has no model with a vocabulary: it is no tokenizer.json of Hugging Face's tokenizers. Name one, or save it with save_pretrained in Python.`;
  // Unigram's is a list of pieces with their scores
  const pieces = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : entry, id])
    : Object.entries(vocab);
  const added = (Array.isArray(json?.added_tokens) ? json.added_tokens : []) as ({ content?: unknown; id?: unknown } | null)[];
  const tokens = [...pieces, ...added.map((token) => [token?.content, token?.id])];
  const isEntry = (entry: unknown[]): entry is [string, number] => typeof entry[0] === "string" && Number.isInteger(entry[1]);
  if (tokens.length === 0 || !tokens.every(isEntry))
    return `The vocabulary of ${path} is no list of tokens with their ids. Copy the file again.`;
  const flaw = tokenizerFlaw(json ?? {}, tokens as [string, number][]);
  if (flaw !== undefined) return `${path} cannot be used: ${flaw}. Copy the file again.`;
  return { tokens: new Map(tokens as [string, number][]), lost: lostByFile(json ?? {}), warning: dropoutWarning(path, json?.model) };
}
