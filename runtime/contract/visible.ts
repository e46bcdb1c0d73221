/**
 * Escapes invisible characters of a text that have an effect (escape sequences of a terminal, overrides of the writing direction, tag
 * characters), such as `\u001b`. In a JSON document, the escaped text has the same meaning. Line ends and tabs are kept.
 */
export function visible(text: string): string {
  return text.replace(unseen, escaped);
}

/** As `visible`, for text on one line: line ends and tabs are escaped as `\n` and `\t` too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/**
 * Control characters of both sets, overrides of the writing direction (Unicode Standard Annex 9), line and paragraph separators, byte
 * order marks, annotation marks and tag characters. Joiners and non-joiners belong to scripts and emoji and are not included.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
