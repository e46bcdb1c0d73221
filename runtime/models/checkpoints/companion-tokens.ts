/*
 * What a tokenizer's files say beside its vocabulary, as Transformers 5 reads them: added_tokens.json, special_tokens_map.json and
 * tokenizer_config.json (tokenization_utils_tokenizers.py, convert_slow_tokenizer.py).
 */

/** A token that texts may hold beside the vocabulary's pieces. */
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
  /** In the order of their ids. Some may be in the vocabulary already. */
  tokens: CompanionToken[];
  named: Partial<Record<NamedToken, string>>;
  /** Settings of tokenizer_config.json; where it has none, it is empty. */
  config: Readonly<Record<string, unknown>>;
}

export const companionFileNames = ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"] as const;

/** `read`: the JSON object of a file beside the vocabulary; undefined where there is none. */
export function companionsOf(read: (name: (typeof companionFileNames)[number]) => Record<string, unknown> | undefined): Companions {
  const config = read("tokenizer_config.json") ?? {};
  const map = read("special_tokens_map.json") ?? {};
  const named: Companions["named"] = {};
  const tokens = new Map<string, CompanionToken>();
  const specials: CompanionToken[] = [];
  for (const name of namedTokens) {
    const token = tokenOf(config[name], true) ?? tokenOf(map[name], true);
    if (token === undefined) continue;
    named[name] = token.content;
    specials.push(token);
  }
  const more = [map.additional_special_tokens, config.additional_special_tokens, config.extra_special_tokens];
  for (const list of more) {
    if (!Array.isArray(list)) continue;
    for (const each of list) {
      const token = tokenOf(each, true);
      if (token !== undefined) specials.push(token);
    }
  }
  const isSpecial = (content: string) => specials.some((token) => token.content === content);
  for (const token of declaredTokens(config.added_tokens_decoder) ?? listedTokens(read("added_tokens.json")))
    tokens.set(token.content, isSpecial(token.content) ? { ...token, special: true } : token);
  for (const token of specials) if (!tokens.has(token.content)) tokens.set(token.content, token);
  return { tokens: [...tokens.values()], named, config };
}

const namedTokens: readonly NamedToken[] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** By id, each with its settings. */
function declaredTokens(decoder: unknown): CompanionToken[] | undefined {
  if (!isObject(decoder) || Object.keys(decoder).length === 0) return undefined;
  return Object.entries(decoder)
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, token]) => tokenOf(token, false) ?? []);
}

/** Contents with their ids, as Transformers 2 to 4 writes them. */
function listedTokens(added: Record<string, unknown> = {}): CompanionToken[] {
  return Object.entries(added)
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([content]) => ({ ...plain, content, special: false, normalized: false }));
}

const plain = { single_word: false, lstrip: false, rstrip: false };

/** A token is written as its text or with its settings. */
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
