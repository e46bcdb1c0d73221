/*
 * The companion files of a tokenizer's vocabulary, as Transformers 5 reads them: added_tokens.json, special_tokens_map.json and
 * tokenizer_config.json (tokenization_utils_tokenizers.py, convert_slow_tokenizer.py).
 */

/** A token that may occur in texts in addition to the pieces of the vocabulary. */
export interface CompanionToken {
  content: string;
  special: boolean;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
}

/** The tokens that batches need, by the names of their settings. */
export type NamedToken = "bos_token" | "eos_token" | "unk_token" | "sep_token" | "pad_token" | "cls_token" | "mask_token";

export interface Companions {
  /** Tokens in the order of their ids. Some may already be in the vocabulary. */
  tokens: CompanionToken[];
  named: Partial<Record<NamedToken, string>>;
  /** The settings of tokenizer_config.json; empty if there is no such file. */
  config: Readonly<Record<string, unknown>>;
}

export const companionFileNames = ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"] as const;

/** Reads the companion files. `read`: returns the JSON object of a file next to the vocabulary; undefined if it does not exist. */
export function companionsOf(read: (name: (typeof companionFileNames)[number]) => Record<string, unknown> | undefined): Companions {
  const config = read("tokenizer_config.json") ?? {};
  const declared = declaredTokens(config.added_tokens_decoder);
  // an older format, which is read only if tokenizer_config.json declares no tokens
  const map = declared ? {} : (read("special_tokens_map.json") ?? {});
  const settings = { ...config, ...map };
  const named: Companions["named"] = {};
  const specials: CompanionToken[] = [];
  for (const name of namedTokens) {
    const token = tokenOf(settings[name], true);
    if (token === undefined) continue;
    named[name] = token.content;
    specials.push(token);
  }
  const others = ownNamesOf(config, map);
  const extra = [...listOf(config.extra_special_tokens ?? config.additional_special_tokens), ...listOf(map.extra_special_tokens)];
  const isNamed = contentsOf([...specials, ...others]);
  const isSpecial = contentsOf([...specials, ...extra]);
  const tokens = new Map<string, CompanionToken>();
  for (const token of declared ?? listedTokens(read("added_tokens.json"), isSpecial))
    tokens.set(token.content, isNamed(token.content) ? { ...token, special: true } : token);
  for (const token of [...specials, ...others, ...extra, ...(extra.length > 0 ? [] : listOf(map.additional_special_tokens))])
    if (!tokens.has(token.content)) tokens.set(token.content, token);
  return { tokens: [...tokens.values()], named, config };
}

function contentsOf(tokens: readonly CompanionToken[]): (content: string) => boolean {
  const contents = new Set(tokens.map(({ content }) => content));
  return (content) => contents.has(content);
}

/** Special tokens with names of their own, such as `image_token`. */
function ownNamesOf(config: Readonly<Record<string, unknown>>, map: Readonly<Record<string, unknown>>): CompanionToken[] {
  const known: ReadonlySet<string> = new Set(namedTokens);
  const named = Object.entries({ ...config, ...map }).flatMap(([name, value]) =>
    name.endsWith("_token") && !known.has(name) ? [value] : [],
  );
  const listed = [config.extra_special_tokens, map.extra_special_tokens].flatMap((each) => (isObject(each) ? Object.values(each) : []));
  return [...named, ...listed].flatMap((value) => tokenOf(value, true) ?? []);
}

function listOf(value: unknown): CompanionToken[] {
  return Array.isArray(value) ? value.flatMap((each) => tokenOf(each, true) ?? []) : [];
}

const namedTokens: readonly NamedToken[] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** Tokens declared by id, each with its settings. */
function declaredTokens(decoder: unknown): CompanionToken[] | undefined {
  if (!isObject(decoder) || Object.keys(decoder).length === 0) return undefined;
  return Object.entries(decoder)
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, token]) => tokenOf(token, false) ?? []);
}

/** Tokens with their ids, as written by Transformers 2 to 4. Tokens that are not special are searched in the normalised text. */
function listedTokens(added: Record<string, unknown> = {}, isSpecial: (content: string) => boolean): CompanionToken[] {
  return Object.entries(added)
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([content]) => ({ ...plain, content, special: isSpecial(content), normalized: !isSpecial(content) }));
}

const plain = { single_word: false, lstrip: false, rstrip: false };

/** A token, which is written as its text or as an object with its settings. */
function tokenOf(value: unknown, special: boolean): CompanionToken | undefined {
  if (typeof value === "string") return value === "" ? undefined : { ...plain, content: value, special, normalized: !special };
  if (!isObject(value) || typeof value.content !== "string" || value.content === "") return undefined;
  const setting = (name: string, usual: boolean) => (typeof value[name] === "boolean" ? (value[name] as boolean) : usual);
  const isSpecial = special || setting("special", false);
  return {
    content: value.content,
    special: isSpecial,
    single_word: setting("single_word", false),
    lstrip: setting("lstrip", false),
    rstrip: setting("rstrip", false),
    normalized: setting("normalized", !isSpecial),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
