import { type TokenizerJson, unigramWords } from "./tokenizer-json.ts";

/**
 * Whether a text may be cut at its safe breaks (`stretches.ts`) without changing its tokens: only where every step of the tokenizer is
 * known to allow it. Any other tokenizer encodes texts whole.
 */
export function partsAtSpaces({ pre_tokenizer: pre, normalizer, added_tokens: added }: TokenizerJson): boolean {
  // they are found before words are parted, and may hold or swallow spaces
  if (added.some(({ special }) => !special)) return false;
  if (dropsSpaces(pre as Part | null)) return stepsOf(normalizer as Part | null).every(({ type }) => keepsBreaksApart.has(type));
  return keepsSpaces(pre as Part | null) && stepsOf(normalizer as Part | null).every(({ type }) => keepsEverySpace.has(type));
}

interface Part {
  type: string;
  use_regex?: boolean;
  add_prefix_space?: boolean;
  prepend_scheme?: string;
  pretokenizers?: Part[];
  normalizers?: Part[];
}

/** They change letters alone: as many spaces remain, at the same places. */
const keepsEverySpace: ReadonlySet<string> = new Set(["Lowercase", "NFC", "NFD"]);
/** They may delete what stands between two spaces, which are one break to what drops spaces. */
const keepsBreaksApart: ReadonlySet<string> = new Set([...keepsEverySpace, "BertNormalizer", "StripAccents"]);
const dropping: ReadonlySet<string> = new Set(["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]);

/** It parts at white space, which no token has. */
function dropsSpaces(pre: Part | null): boolean {
  if (pre?.type === "Sequence") return startsWith(pre, dropsSpaces);
  return pre !== null && dropping.has(pre.type);
}

/** It parts at white space; a space begins its word. */
function keepsSpaces(pre: Part | null): boolean {
  if (JSON.stringify(pre) === JSON.stringify(unigramWords)) return true;
  if (pre?.type === "Sequence") return startsWith(pre, keepsSpaces);
  return pre?.type === "ByteLevel" && pre.use_regex !== false && pre.add_prefix_space === false;
}

/** What follows sees one word at a time, but for a mark that the text's first word alone gets. */
function startsWith({ pretokenizers = [] }: Part, parts: (pre: Part) => boolean): boolean {
  const [first, ...others] = pretokenizers;
  return (
    first !== undefined && parts(first) && others.every(({ type, prepend_scheme: scheme }) => type !== "Metaspace" || scheme !== "first")
  );
}

function stepsOf(normalizer: Part | null): Part[] {
  if (normalizer === null) return [];
  return normalizer.type === "Sequence" ? (normalizer.normalizers ?? []).flatMap(stepsOf) : [normalizer];
}
