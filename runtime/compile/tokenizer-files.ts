import type { LostInText } from "#runtime/contract/artifacts.ts";
import type { InputFile } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { ExistingTokenizerSpec } from "#runtime/contract/spec.ts";
import { isSentinelToken, sentinelToken, specialTokenNames } from "#runtime/contract/special-tokens.ts";
import { deepest, isDeep } from "#runtime/models/checkpoints/checkpoint-json.ts";
import { type TokenizerParts, tokenizerFlaw } from "#runtime/models/checkpoints/tokenizer-flaws.ts";
import { dropoutWarning } from "#runtime/models/checkpoints/tokenizer-parts.ts";
import { lostByFile } from "./lost-by-tokenizer.ts";
import { escaped, type Files } from "./planning-files.ts";

/** A `tokenizer.json` that the specification uses. */
export interface KnownTokenizer {
  file: InputFile;
  /** Number of entries in the file. */
  entries: number;
  /** Tokens that objectives need and the file lacks, in the order in which they are appended. */
  added: string[];
  /** Id of the padding token, whether it is added or not. */
  pad: number;
  /** Number of sentinels, including added ones. */
  sentinels: number;
  /** What it loses of a text because of its settings. */
  lost: LostInText[];
  /** A warning about it, if there is any. */
  warning: string | undefined;
}

/** The reason why a tokenizer cannot be used. */
interface UnusableTokenizer {
  /** The key at which it is reported. */
  key: "file" | "sentinels";
  wrong: string;
}

/** Default number of sentinels that are added if the file has none; as many as T5 has. */
const usualSentinels = 100;

/** Reads which tokens a tokenizer's file has and lacks. */
export function readTokenizerFile({ file: path, sentinels }: ExistingTokenizerSpec, files: Files): KnownTokenizer | UnusableTokenizer {
  const found = files.fingerprint(path);
  if (!found && files.glob(`${escaped(path)}/*`).length > 0)
    return { key: "file", wrong: `${path} is a folder. Name the tokenizer.json in it.` };
  if (!found) return { key: "file", wrong: `There is no file ${path}. Name a tokenizer.json.` };
  const content = contentOf(path, found, files);
  if (typeof content === "string") return { key: "file", wrong: content };
  const { entries, present, pad, ownSentinels, lost, warning } = content;
  if (ownSentinels > 0 && sentinels !== null && sentinels !== ownSentinels)
    return { key: "sentinels", wrong: `${path} has ${ownSentinels} sentinels of its own. Omit sentinels.` };
  const requested = ownSentinels > 0 ? 0 : (sentinels ?? usualSentinels);
  const special = needed.filter((role) => !present.includes(role)).map((role) => specialTokenNames[role][0]);
  return {
    file: { path, ...found },
    entries,
    // the first token that is added
    pad: pad ?? entries,
    added: [...special, ...Array.from({ length: requested }, (_, index) => sentinelToken(index))],
    sentinels: ownSentinels || requested,
    lost,
    warning,
  };
}

/** Special tokens that batches need; the unknown token depends on the file's kind of tokenizer. */
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

/** A cache of the last files by their content, since a plan is made at every keystroke and these files are large. */
const remembered = new Map<string, Content>();
const maxRemembered = 8;

/** The content of a tokenizer file, or the reason why it is not a tokenizer. */
function contentOf(path: string, { bytes, sha256 }: Omit<InputFile, "path">, files: Files): Content | string {
  // the editor's server may not have read all of a large file yet
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
  if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value!);
  return content;
}

const maxBytes = 200e6;

/** The id of each token, what is lost of texts, and a warning; or the reason why the file cannot be used. */
function readFile(path: string, files: Files): (Pick<Content, "lost" | "warning"> & { tokens: Map<string, number> }) | string {
  if ((files.size(path) ?? 0) > maxBytes)
    return `${path} has more than ${maxBytes / 1e6} MB, more than any tokenizer.json. Name another file.`;
  const bytes = files.read(path) ?? new Uint8Array();
  if (isDeep(bytes)) return `${path} is nested more than ${deepest} deep, more than any tokenizer.json. Copy the file again.`;
  let json: (TokenizerParts & Parameters<typeof lostByFile>[0]) | null;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return `${path} is not JSON: ${(error as Error).message}. Copy the file again.`;
  }
  const vocab = json?.model?.vocab;
  if (typeof vocab !== "object" || vocab === null)
    return `${path} has no model with a vocabulary, so it is not a tokenizer.json of Hugging Face's tokenizers. Name one, or save it with save_pretrained in Python.`;
  // the vocabulary of Unigram is a list of pieces with their scores
  const pieces = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : entry, id])
    : Object.entries(vocab);
  const added = (Array.isArray(json?.added_tokens) ? json.added_tokens : []) as ({ content?: unknown; id?: unknown } | null)[];
  const tokens = [...pieces, ...added.map((token) => [token?.content, token?.id])];
  const isEntry = (entry: unknown[]): entry is [string, number] => typeof entry[0] === "string" && Number.isInteger(entry[1]);
  if (tokens.length === 0 || !tokens.every(isEntry))
    return `The vocabulary of ${path} is not a list of tokens with their ids. Copy the file again.`;
  const flaw = tokenizerFlaw(json ?? {}, tokens as [string, number][]);
  if (flaw !== undefined) return `${path} cannot be used: ${flaw}. Copy the file again.`;
  return { tokens: new Map(tokens as [string, number][]), lost: lostByFile(json ?? {}), warning: dropoutWarning(path, json?.model) };
}
