import { dropoutFlaw, stepFlaw, type TokenizerSteps } from "./tokenizer-parts.ts";

/** An unchecked `tokenizer.json`. */
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

/** The tokens with their ids, as far as they are valid. */
export type TokenEntries = readonly (readonly [token: string, id: number])[];

/** Maximum number of ids without an entry; more are not gaps but an error. */
const maxGap = 100_000;

const kinds = ["BPE", "Unigram", "WordLevel", "WordPiece"];

/** What is wrong with a tokenizer; undefined if nothing is. */
export function tokenizerFlaw(json: TokenizerParts, entries: TokenEntries): string | undefined {
  const { model, added_tokens: added } = json;
  const type = model?.type;
  if (type !== undefined && !(typeof type === "string" && kinds.includes(type)))
    return `its model has the type ${shown(type)}; supported are ${kinds.join(", ")}`;
  if (added !== undefined && added !== null && !Array.isArray(added)) return "its added_tokens are not a list";
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
 * Finds added tokens whose ids the library would change: it numbers tokens that the vocabulary lacks from the number of entries on, so that
 * holes among the ids shift them.
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
    if (id < 0 || id >= 2 * entries.length + maxGap)
      return `the token ${shown(token)} has the id ${id}, but there are only ${entries.length} tokens`;
    const other = tokenOf.get(id);
    // an added token may be in the vocabulary as well
    if (other !== undefined && other !== token) return `the tokens ${shown(other)} and ${shown(token)} both have the id ${id}`;
    tokenOf.set(id, token);
  }
  return undefined;
}

function mergeFlaw({ type, merges, continuing_subword_prefix: prefix }: NonNullable<TokenizerParts["model"]>, tokens: ReadonlySet<string>) {
  if (merges === undefined || (type !== undefined && type !== "BPE")) return undefined;
  if (!Array.isArray(merges)) return "its merges are not a list";
  const inside = typeof prefix === "string" ? prefix.length : 0;
  for (const [i, merge] of merges.entries()) {
    const parts: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (!isPair(parts)) return `merge ${i + 1}, ${shown(merge)}, is not a pair of tokens`;
    const [left, right] = parts;
    const unknown = [left, right, left + right.slice(inside)].find((token) => !tokens.has(token));
    if (unknown !== undefined) return `merge ${i + 1}, ${shown(`${left} ${right}`)}, needs ${shown(unknown)}, which is not a token`;
  }
  return undefined;
}

/** What is wrong with the unknown token, without which words without a token could not be encoded. */
function unknownFlaw({ type, unk_token: unknown }: NonNullable<TokenizerParts["model"]>, tokens: ReadonlySet<string>) {
  if ((type !== "WordLevel" && type !== "WordPiece") || typeof unknown !== "string" || tokens.has(unknown)) return undefined;
  return `its unk_token ${shown(unknown)} is not a token`;
}

function isPair(parts: unknown): parts is [string, string] {
  return Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === "string");
}

const longest = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
