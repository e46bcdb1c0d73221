/**
 * Text of data for people: characters that nobody sees but that do something (escape sequences of a terminal, the direction of writing
 * overridden, tags outside of all scripts) stand as `\u001b`. In a JSON document that is the same text. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(unseen, escaped);
}

/** The same for a place of one line: line ends and tabs stand as `\n` and `\t` too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/**
 * Controls of both sets, the overrides of direction (Unicode's annex 9), separators of lines and paragraphs, marks of byte order and of
 * annotations, and the tag characters. What joins letters or forbids it belongs to scripts and emoji and stays.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
