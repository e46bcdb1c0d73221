import type { EncodeResult, LostInText } from "./artifacts.ts";
import { listed } from "./listed.ts";

const words: Readonly<Record<LostInText, string>> = {
  case: "upper and lower case",
  accents: "accents",
  spaces: "where spaces stand",
  forms: "Unicode forms of characters",
  other: "parts of the text",
};

/** What a tokenizer loses of a text, in words. */
export function lostInWords(lost: readonly LostInText[]): string {
  return listed(lost.map((each) => words[each]));
}

/** Why a text that its tokens do not give back is another text to predict, as the end of a sentence; undefined where it comes back. */
export function describeLost({ documents, same, unknown, lost }: NonNullable<EncodeResult["roundTrip"]>): string | undefined {
  if (documents === same && unknown === 0) return undefined;
  const parts = [
    ...(lost.length > 0 ? [`it loses ${lostInWords(lost)}`] : []),
    ...(unknown > 0 ? [`it has no token for parts of the text (${unknown.toLocaleString("en")} unknown ones)`] : []),
  ];
  return parts.join(", and ");
}
