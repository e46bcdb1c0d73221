/*
 * The scripts that define these metrics are written in Python, whose white space differs from JavaScript's: it includes the information
 * separators and U+0085, but not the byte order mark.
 */
const space = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const run = new RegExp(`[${space}]+`, "u");
const atEnd = new RegExp(`[${space}]+$`, "u");
const atStart = new RegExp(`^[${space}]+`, "u");

/** The words of a text between white space, as Python's `split()`. */
export function wordsOf(text: string): string[] {
  return text.split(run).filter((word) => word !== "");
}

/** The text without white space at its end, as Python's `rstrip()`. */
export function trimEnd(text: string): string {
  return text.replace(atEnd, "");
}

/** The text without white space at either end, as Python's `strip()`. */
export function trim(text: string): string {
  return trimEnd(text.replace(atStart, ""));
}
