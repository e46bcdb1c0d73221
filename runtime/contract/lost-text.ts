import type { EncodeResult, LostInText } from "./artifacts.ts";
import { listed } from "./listed.ts";

const words: Readonly<Record<LostInText, string>> = {
  case: "upper and lower case",
  accents: "accents",
  spaces: "the positions of spaces",
  forms: "Unicode forms of characters",
  other: "parts of the text",
};

/** What a tokenizer loses of a text, as a list in a sentence. */
export function lostInWords(lost: readonly LostInText[]): string {
  return listed(lost.map((each) => words[each]));
}

/** What the round trip through a tokenizer loses, as the end of a sentence; undefined if it reproduces every text. */
export function describeLost({ documents, same, unknown, lost }: NonNullable<EncodeResult["roundTrip"]>): string | undefined {
  if (documents === same && unknown === 0) return undefined;
  const parts = [
    ...(lost.length > 0 ? [`it loses ${lostInWords(lost)}`] : []),
    ...(unknown > 0 ? [`it has no token for parts of the text (${unknown.toLocaleString("en")} unknown tokens)`] : []),
  ];
  return parts.join(", and ");
}
