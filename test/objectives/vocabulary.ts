import type { Vocabulary } from "#runtime/objectives/objective.ts";

/** 5 special tokens, so many ordinary ones, so many sentinels. */
export function testVocabulary(of: {
  ordinary: number;
  sentinels: number;
  wordStarts(token: number): boolean;
  endsSentence(token: number): boolean;
}): Vocabulary {
  const firstOrdinary = 5;
  const firstSentinel = firstOrdinary + of.ordinary;
  return {
    size: firstSentinel + of.sentinels,
    pad: 0,
    unknown: 1,
    begin: 2,
    end: 3,
    mask: 4,
    firstOrdinary,
    endOrdinary: firstSentinel,
    firstSentinel,
    sentinelsDescend: false,
    sentinels: of.sentinels,
    wordStarts: (tokens) => tokens.map(of.wordStarts),
    endsSentence: of.endsSentence,
  };
}
