/*
 * Checks of the parts of a `tokenizer.json` that the library would refuse or misread when a job opens it. The library is not run for them.
 */

/** A part, such as a pre-tokenizer, which may contain other parts. */
interface Part {
  type?: unknown;
  pattern?: unknown;
  [key: string]: unknown;
}

const places = ["normalizer", "pre_tokenizer", "post_processor", "decoder"] as const;
type Place = (typeof places)[number];
export type TokenizerSteps = { readonly [K in Place]?: unknown };

/** The types that the library supports. It may misread another type as one of these because of its settings. */
const types: { readonly [K in Place]: ReadonlySet<string> } = {
  normalizer: named("BertNormalizer Strip StripAccents NFC NFD NFKC NFKD Sequence Lowercase Nmt Precompiled Replace Prepend ByteLevel"),
  pre_tokenizer: named(
    "BertPreTokenizer ByteLevel CharDelimiterSplit Metaspace Whitespace Sequence Split Punctuation WhitespaceSplit Digits UnicodeScripts FixedLength",
  ),
  post_processor: named("RobertaProcessing BertProcessing ByteLevel TemplateProcessing Sequence"),
  decoder: named("BPEDecoder ByteLevel WordPiece Metaspace CTC Sequence Replace Fuse Strip ByteFallback"),
};

function named(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

/** What is wrong with a tokenizer's steps; undefined if nothing is. */
export function stepFlaw(json: TokenizerSteps): string | undefined {
  for (const place of places) {
    const flaw = partFlaw(json[place], place);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function partFlaw(part: unknown, place: Place): string | undefined {
  if (part === undefined || part === null) return undefined;
  const what = place.replace("_", "-");
  if (typeof part !== "object" || Array.isArray(part)) return `its ${what} is not an object`;
  const { type, pattern } = part as Part;
  // in files of early versions, parts have no type
  if (type !== undefined && !(typeof type === "string" && types[place].has(type)))
    return `its ${what} has the type ${JSON.stringify(type)?.slice(0, 60)}; supported are ${[...types[place]].join(", ")}`;
  const regex = typeof pattern === "object" && pattern !== null && "Regex" in pattern ? pattern.Regex : undefined;
  const wrong = typeof regex === "string" ? patternFlaw(regex) : undefined;
  if (wrong !== undefined) return `the pattern ${JSON.stringify(String(regex).slice(0, 60))} of its ${what} cannot be read: ${wrong}`;
  const inner = Object.values(part).find((value) => Array.isArray(value) && value.some(isPart)) as unknown[] | undefined;
  for (const each of type === "Sequence" ? (inner ?? []) : []) {
    const flaw = partFlaw(each, place);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function isPart(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value;
}

/** Why a pattern is not a valid regular expression of the library (Oniguruma); names and options are not checked. */
function patternFlaw(pattern: string): string | undefined {
  let [groups, classes, first] = [0, 0, 0];
  let canRepeat = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\") {
      if (++at === pattern.length) return "it ends with a backslash";
      canRepeat = true;
    } else if (classes > 0) {
      // the first character of a class belongs to it, even a closing bracket
      if (character === "^" && at === first) first++;
      else if (character === "[") [classes, first] = [classes + 1, at + 1];
      else if (character === "]" && at !== first) classes--;
      canRepeat = true;
    } else if (character === "[") [classes, first] = [1, at + 1];
    else if (character === "(") {
      groups++;
      canRepeat = false;
      // options, names and lookarounds begin with a question mark
      if (pattern[at + 1] === "?") at++;
    } else if (character === ")") {
      if (groups-- === 0) return "a closing parenthesis has no opening one";
      canRepeat = true;
    } else if ("*+?".includes(character)) {
      if (!canRepeat) return `nothing precedes ${character}`;
    } else canRepeat = character !== "|";
  }
  if (classes > 0) return "a bracket is not closed";
  return groups > 0 ? "a parenthesis is not closed" : undefined;
}

/** What is wrong with the dropout of a BPE model; the library refuses anything that is not a share. */
export function dropoutFlaw(dropout: unknown): string | undefined {
  if (dropout === undefined || dropout === null) return undefined;
  if (typeof dropout === "number" && dropout >= 0 && dropout <= 1) return undefined;
  return `its dropout is ${JSON.stringify(dropout)?.slice(0, 60)}; expected a number from 0 to 1`;
}

/** A warning about a tokenizer with BPE dropout, with which the same text has different ids each time. */
export function dropoutWarning(path: string, model: unknown): string | undefined {
  const dropout = typeof model === "object" && model !== null && "dropout" in model ? model.dropout : null;
  if (typeof dropout !== "number" || dropout === 0) return undefined;
  return `${path} drops merges at random (dropout: ${dropout}), so the same text would have different tokens each time. It is read without dropout, as with dropout: null`;
}
