import { isSentinelToken, specialTokenNames } from "#runtime/contract/special-tokens.ts";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** All tokens of a `tokenizer.json` by id. */
export function tokensOf({ model, added_tokens: added }: TokenizerJson): string[] {
  const tokens: string[] = [];
  // the vocabulary of Unigram is a list of pieces with their scores
  if (Array.isArray(model.vocab)) for (const [piece] of model.vocab) tokens.push(piece);
  else for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added ?? []) tokens[id] = content;
  // ids without a token
  return Array.from(tokens, (token, id) => token ?? `<unused_${id}>`);
}

/** The id of a missing token. */
export const absent = -1;

/**
 * The roles of a vocabulary's tokens, from the order in our own tokenizers, or from the names that published ones use. GPT-2's only special
 * token ends a text and begins the next; T5's decoder starts with padding. Tokens that a tokenizer lacks are `absent`.
 */
export function rolesOf(json: TokenizerJson): ReturnType<typeof vocabularyOf> {
  const tokens = tokensOf(json);
  const own = vocabularyOf(tokens);
  if (tokens[own.pad] === "<pad>" && tokens[own.unknown] === "<unk>" && tokens[own.begin] === "<s>" && tokens[own.mask] === "<mask>")
    return own;
  const find = (requested: readonly string[]) => requested.map((name) => tokens.indexOf(name)).find((id) => id >= 0) ?? absent;
  const [pad, unknown, mask, end] = [
    find(specialTokenNames.pad),
    find(specialTokenNames.unknown),
    find(specialTokenNames.mask),
    find(specialTokenNames.end),
  ];
  const begin = [find(specialTokenNames.begin), pad, end].find((id) => id !== absent)!;
  const special = [pad, unknown, begin, end, mask].filter((id) => id !== absent);
  // special tokens come before or after the others
  const half = tokens.length / 2;
  const firstOrdinary = Math.max(0, ...special.filter((id) => id < half).map((id) => id + 1));
  const sentinels = sentinelsOf(tokens);
  const endOrdinary = Math.min(sentinels.firstSentinel, ...special.filter((id) => id >= half));
  return {
    ...own,
    size: tokens.length,
    pad: pad === absent ? end : pad,
    unknown,
    begin,
    end,
    mask,
    firstOrdinary,
    endOrdinary,
    ...sentinels,
  };
}

/** The sentinels, which have consecutive ids. In T5 they descend, so that `<extra_id_0>` is last. */
function sentinelsOf(tokens: readonly string[]): Pick<Vocabulary, "firstSentinel" | "sentinels" | "sentinelsDescend"> {
  const first = tokens.findIndex(isSentinelToken);
  if (first < 0) return { firstSentinel: tokens.length, sentinels: 0, sentinelsDescend: false };
  const end = tokens.findIndex((token, id) => id > first && !isSentinelToken(token));
  const sentinels = (end < 0 ? tokens.length : end) - first;
  return { firstSentinel: first, sentinels, sentinelsDescend: tokens[first] !== "<extra_id_0>" && sentinels > 1 };
}
