import { dropoutFlaw, stepFlaw, type TokenizerSteps } from "./tokenizer-parts.ts";

/** A `tokenizer.json`, of which anything may be wrong. */
export interface TokenizerParts extends TokenizerSteps {
  model?:
    | {
        type?: unknown;
        vocab?: unknown;
        merges?: unknown;
        continuing_subword_prefix?: unknown;
        unk_token?: unknown;
        dropout?: unknown;
      }
    | null
    | undefined;
  added_tokens?: unknown;
}

/** Each token with its id, as far as they are. */
export type TokenEntries = readonly (readonly [token: string, id: number])[];

/** A tokenizer has so many more ids than entries at the most; more would be no gap but a mistake. */
const mostGap = 100_000;

const kinds = ["BPE", "Unigram", "WordLevel", "WordPiece"];

/** What is wrong with a tokenizer; undefined where nothing is. */
export function tokenizerFlaw(json: TokenizerParts, entries: TokenEntries): string | undefined {
  const { model, added_tokens: added } = json;
  const type = model?.type;
  if (type !== undefined && !(typeof type === "string" && kinds.includes(type)))
    return `its model is of the type ${shown(type)}; read are ${kinds.join(", ")}`;
  if (added !== undefined && added !== null && !Array.isArray(added)) return "its added_tokens are no list";
  const tokens = new Set(entries.map(([token]) => token));
  return (
    idFlaw(entries) ??
    addedFlaw(json) ??
    mergeFlaw(model ?? {}, tokens) ??
    unknownFlaw(model ?? {}, tokens) ??
    dropoutFlaw(model?.dropout) ??
    stepFlaw(json)
  );
}

/**
 * Added tokens whose ids the library would change: it gives those that the vocabulary lacks the ids behind it, counted by its entries, so
 * that holes among the ids shift them.
 */
export function addedFlaw({ model, added_tokens: added }: TokenizerParts): string | undefined {
  const vocab = model?.vocab;
  if (!Array.isArray(added) || typeof vocab !== "object" || vocab === null) return undefined;
  const known = new Map(Array.isArray(vocab) ? vocab.map((entry, id) => [entry?.[0], id]) : Object.entries(vocab));
  let next = Array.isArray(vocab) ? vocab.length : known.size;
  const seen = new Map<unknown, number>();
  for (const { id, content } of added as { id: number; content: string }[]) {
    const given = known.get(content) ?? seen.get(content) ?? next;
    if (given !== id)
      return `its added token ${shown(content)} has the id ${id}, which the tokenizers library reads as ${given}: the ids of its ${next} tokens have holes`;
    if (given === next) next++;
    seen.set(content, given);
  }
  return undefined;
}

function idFlaw(entries: TokenEntries): string | undefined {
  const tokenOf = new Map<number, string>();
  for (const [token, id] of entries) {
    if (id < 0 || id >= 2 * entries.length + mostGap) return `the token ${shown(token)} has the id ${id}, of ${entries.length} tokens`;
    const other = tokenOf.get(id);
    // an added token may stand in the vocabulary as well
    if (other !== undefined && other !== token) return `the tokens ${shown(other)} and ${shown(token)} both have the id ${id}`;
    tokenOf.set(id, token);
  }
  return undefined;
}

function mergeFlaw({ type, merges, continuing_subword_prefix: prefix }: NonNullable<TokenizerParts["model"]>, tokens: ReadonlySet<string>) {
  if (merges === undefined || (type !== undefined && type !== "BPE")) return undefined;
  if (!Array.isArray(merges)) return "its merges are no list";
  const inside = typeof prefix === "string" ? prefix.length : 0;
  for (const [i, merge] of merges.entries()) {
    const parts: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (!isPair(parts)) return `merge ${i + 1}, ${shown(merge)}, is no pair of tokens`;
    const [left, right] = parts;
    const unknown = [left, right, left + right.slice(inside)].find((token) => !tokens.has(token));
    if (unknown !== undefined) return `merge ${i + 1}, ${shown(`${left} ${right}`)}, needs ${shown(unknown)}, which is no token`;
  }
  return undefined;
}

/** Words that it has no token for could not be encoded. */
function unknownFlaw({ type, unk_token: unknown }: NonNullable<TokenizerParts["model"]>, tokens: ReadonlySet<string>) {
  if ((type !== "WordLevel" && type !== "WordPiece") || typeof unknown !== "string" || tokens.has(unknown)) return undefined;
  return `its unk_token ${shown(unknown)} is no token`;
}

function isPair(parts: unknown): parts is [string, string] {
  return Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === "string");
}

const longest = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
