import { trimEnd, wordsOf } from "./white-space.ts";

/** Options of TER, with sacreBLEU's names. */
export interface TerOptions {
  /** Separates punctuation from words. */
  normalized: boolean;
  /** Removes punctuation. */
  no_punct: boolean;
  /** Applies `normalized` and `no_punct` to Chinese and Japanese too. */
  asian_support: boolean;
  case_sensitive: boolean;
}

export const terDefaults: TerOptions = { normalized: false, no_punct: false, asian_support: false, case_sensitive: false };

/** The words of a line, normalised as in Tercom. */
export function terTokens(line: string, options: TerOptions): string[] {
  let text = trimEnd(line);
  if (!options.case_sensitive) text = text.toLowerCase();
  if (options.normalized) {
    text = western(text);
    if (options.asian_support) text = eastern(text);
  }
  if (options.no_punct) {
    text = text.replace(/[.,?:;!"()]/gu, "");
    if (options.asian_support) text = text.replace(easternPunctuation, "").replace(fullWidthPunctuation, "");
  }
  return wordsOf(text);
}

function western(line: string): string {
  const joined = line.replaceAll("\n-", "").replaceAll("\n", " ");
  const plain = joined.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/gu, " $& ")
    .replaceAll("'s ", " 's ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
}

/**
 * Separates every Chinese character, with sacreBLEU's ranges, in which the one for enclosed letters extends to U+3F22. Its rules for kana
 * are omitted: they never match, since they require the beginning of the text, where there is a space.
 */
function eastern(line: string): string {
  return line
    .replace(/[\u4e00-\u9fff\u3400-\u4dbf]/gu, " $& ")
    .replace(/[\u31c0-\u31ef\u2e80-\u2eff]/gu, " $& ")
    .replace(/[\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f]/gu, " $& ")
    .replace(/[\u3200-\u3f22]/gu, " $& ")
    .replace(easternPunctuation, " $& ")
    .replace(fullWidthPunctuation, " $& ");
}

const easternPunctuation = /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]/gu;
const fullWidthPunctuation = /[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/gu;
