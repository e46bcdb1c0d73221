import { type TokenizerJson, unigramWords } from "./tokenizer-json.ts";

/**
 * Whether a text may be cut at its safe breaks (`safe-breaks.ts`) without changing its tokens, which is true only if every step of the
 * tokenizer is known to allow it. Any other tokenizer encodes whole texts.
 */
export function partsAtSpaces({ pre_tokenizer: pre, normalizer, added_tokens: added }: TokenizerJson): boolean {
  // added tokens are found before the text is split into words, and may contain or absorb spaces
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

/** Normalizers that only change letters, so that the number and places of spaces stay the same. */
const keepsEverySpace: ReadonlySet<string> = new Set(["Lowercase", "NFC", "NFD"]);
/** Normalizers that may delete text between two spaces; these are then a single break for pre-tokenizers that drop spaces. */
const keepsBreaksApart: ReadonlySet<string> = new Set([...keepsEverySpace, "BertNormalizer", "StripAccents"]);
const dropping: ReadonlySet<string> = new Set(["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]);

/** Whether a pre-tokenizer splits at white space and drops it. */
function dropsSpaces(pre: Part | null): boolean {
  if (pre?.type === "Sequence") return startsWith(pre, dropsSpaces);
  return pre !== null && dropping.has(pre.type);
}

/** Whether a pre-tokenizer splits at white space, with a space at the beginning of its word. */
function keepsSpaces(pre: Part | null): boolean {
  if (JSON.stringify(pre) === JSON.stringify(unigramWords)) return true;
  if (pre?.type === "Sequence") return startsWith(pre, keepsSpaces);
  return pre?.type === "ByteLevel" && pre.use_regex !== false && pre.add_prefix_space === false;
}

/** Whether a sequence starts with such a step, so that later steps see one word at a time, apart from a mark on the first word. */
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
