/**
 * Whether a text may be cut at a place without changing its tokens: before a space, line feed, carriage return or tab that follows
 * something other than white space. The pre-tokenizer of byte-level BPE never matches across such a place (in its pattern, a space begins a
 * word, and white space is never in one match with anything else), BERT's drops the white space there, and characters and bytes can be
 * split everywhere. Other white space is no safe break, because BERT's normalizer deletes some of it.
 */
export function isSafeBreak(text: string, index: number): boolean {
  return index > 0 && isPlainSpace(text.charCodeAt(index)) && !isWhiteSpace(text.charCodeAt(index - 1));
}

/** The pieces of a text between its safe breaks. */
export function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  let start = 0;
  for (let i = 1; i <= text.length; i++) {
    if (i < text.length && !isSafeBreak(text, i)) continue;
    chunks.push(text.slice(start, i));
    start = i;
  }
  return text === "" ? [] : chunks;
}

function isPlainSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Whether a code point has the Unicode property White_Space. */
function isWhiteSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return code === 0x85 || code === 0xa0 || (code >= 0x1680 && /\p{White_Space}/u.test(String.fromCharCode(code)));
}
