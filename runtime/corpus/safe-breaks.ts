/**
 * True where a text may be cut without changing its tokens: before a space, line feed, carriage return or tab that follows
 * something that is not white space. The pre-tokeniser of byte-level BPE never matches across such a place (in its pattern a
 * space begins a word, and white space and the rest are never in one match), BERT's drops the white space there, and
 * characters and bytes part everywhere. Other white space is no safe break: BERT's normaliser deletes some of it.
 */
export function isSafeBreak(text: string, index: number): boolean {
  return index > 0 && isPlainSpace(text.charCodeAt(index)) && !isWhiteSpace(text.charCodeAt(index - 1));
}

/** The text, cut at all its safe breaks. */
export function stretchesOf(text: string): string[] {
  const stretches: string[] = [];
  let start = 0;
  for (let i = 1; i <= text.length; i++) {
    if (i < text.length && !isSafeBreak(text, i)) continue;
    stretches.push(text.slice(start, i));
    start = i;
  }
  return text === "" ? [] : stretches;
}

function isPlainSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Unicode's property White_Space. */
function isWhiteSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return code === 0x85 || code === 0xa0 || (code >= 0x1680 && /\p{White_Space}/u.test(String.fromCharCode(code)));
}
