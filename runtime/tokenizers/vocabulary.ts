import { isSentinelToken, sentinelToken } from "#runtime/contract/special-tokens.ts";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import type { WordEdges } from "./word-edges.ts";

/** The first entries of every vocabulary, in this order. Ordinary tokens follow, then the sentinels. */
export const specialTokens = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"] as const;

/** All tokens by id. */
export function vocabularyTokens(ordinary: readonly string[], sentinels: number): string[] {
  return [...specialTokens, ...ordinary, ...Array.from({ length: sentinels }, (_, i) => sentinelToken(i))];
}

export function vocabularyOf(tokens: readonly string[]): Omit<Vocabulary, keyof WordEdges> {
  const sentinels = tokens.length - 1 - tokens.findLastIndex((token) => !isSentinelToken(token));
  return {
    size: tokens.length,
    pad: 0,
    unknown: 1,
    begin: 2,
    end: 3,
    mask: 4,
    firstOrdinary: specialTokens.length,
    endOrdinary: tokens.length - sentinels,
    firstSentinel: tokens.length - sentinels,
    sentinels,
    sentinelsDescend: false,
  };
}
