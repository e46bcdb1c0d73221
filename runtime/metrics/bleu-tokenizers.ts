import { trim, wordsOf } from "./white-space.ts";

/** sacreBLEU's tokenizers, by their names. */
export const bleuTokenizers = {
  /** As the script mteval-v13a, WMT's standard. */
  "13a": (line) => {
    const joined = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
    const plain = joined.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
    return western(` ${plain} `);
  },
  /** As mteval-v14 in its international mode: every symbol, and punctuation except between digits, is a token. */
  intl: (line) =>
    line
      .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
      .replace(/(\p{P})(\P{N})/gu, " $1 $2")
      .replace(/\p{S}/gu, " $& "),
  /** Every Chinese character is a token, the rest is as in 13a. */
  zh: (line) => western(trim(line).replace(chinese, " $& ")),
  /** Every character is a token. */
  char: (line) => Array.from(line).join(" "),
  /** Split at white space only. */
  none: (line) => line,
  // words of MeCab's dictionaries and pieces of SentencePiece models: the texts are already split (tokenizers/mecab.ts, sentencepiece.ts)
  "ja-mecab": (line) => line,
  "ko-mecab": (line) => line,
  spm: (line) => line,
  flores101: (line) => line,
  flores200: (line) => line,
  "spBLEU-1K": (line) => line,
} as const satisfies Record<string, (line: string) => string>;

export type BleuTokenizer = keyof typeof bleuTokenizers;

/** The tokens of a line. */
export function bleuTokens(line: string, tokenizer: BleuTokenizer): string[] {
  return wordsOf(bleuTokenizers[tokenizer](line));
}

function western(line: string): string {
  return line
    .replace(/[{-~[-` -&(-+:-@/]/gu, " $& ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
}

/**
 * Chinese characters, with the ranges of sacreBLEU. It writes ranges beyond the basic plane with escapes that Python reads as other
 * characters, so U+2001 to U+2A6D count as Chinese, but characters of those planes do not; equal scores need the same ranges.
 */
const chinese = new RegExp(
  "[\\u2001-\\u2a6d\\u2e80-\\u2fdf\\u2ff0-\\u2fff\\u3000-\\u303f\\u3100-\\u312f\\u31a0-\\u31bf\\u31c0-\\u31ef\\u3200-\\u33ff" +
    "\\u3400-\\u4db5\\u4e00-\\u9fbb\\uf900-\\ufa2d\\ufa30-\\ufa6a\\ufa70-\\ufad9\\ufe10-\\ufe1f\\ufe30-\\ufe4f\\uff00-\\uffef]",
  "gu",
);
