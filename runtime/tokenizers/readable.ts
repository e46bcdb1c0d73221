import { cutsCharacters, readCharacters, tokenBytes } from "./token-bytes.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/**
 * Consecutive tokens as readable text. The tokens of a byte-level tokenizer are shown as text, with `␣`, `⏎` and `⇥` for a space, a line
 * end and a tab. If a character is spread over several tokens, each shows its bytes, such as `<0xE4>`, followed by the character in
 * brackets. Other tokens are shown as in the vocabulary.
 */
export function readableTokens(tokens: readonly string[], json: TokenizerJson): string[] {
  if (!cutsCharacters(json)) return [...tokens];
  const bytesOf = tokenBytes(json);
  const special = new Set((json.added_tokens ?? []).map(({ content }) => content));
  const bytes = tokens.map((token) => (special.has(token) ? undefined : bytesOf(token)));
  const shown: string[] = [];
  for (let begin = 0; begin < tokens.length; ) {
    const end = bytes.findIndex((each, i) => i >= begin && each === undefined);
    const run = bytes.slice(begin, end < 0 ? undefined : end) as Uint8Array[];
    shown.push(...readableRun(run));
    begin += run.length;
    if (begin < tokens.length) shown.push(tokens[begin++]!);
  }
  return shown;
}

/** UTF-8 as text, with bytes that do not form a character written as `<0xE4>`. */
export function readableText(bytes: Uint8Array): string {
  return readCharacters(bytes)
    .map(({ text, start }) => text ?? byteName(bytes[start]!))
    .join("");
}

function readableRun(run: readonly Uint8Array[]): string[] {
  const all = Buffer.concat(run);
  const characters = readCharacters(all);
  let begin = 0;
  let next = 0;
  return run.map((bytes) => {
    const end = begin + bytes.length;
    let text = "";
    const cut: string[] = [];
    // the last character of a token may continue in the next one
    for (let i = next; i < characters.length && characters[i]!.start < end; i++) {
      const character = characters[i]!;
      if (character.end <= end) next = i + 1;
      if (character.text !== undefined && character.start >= begin && character.end <= end) text += visible(character.text);
      else {
        for (let at = Math.max(begin, character.start); at < Math.min(end, character.end); at++) text += byteName(all[at]!);
        if (character.text !== undefined) cut.push(character.text);
      }
    }
    begin = end;
    return cut.length === 0 ? text : `${text} (${cut.join(" ")})`;
  });
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function visible(character: string): string {
  return signs.get(character) ?? character;
}

const signs = new Map([
  [" ", "␣"],
  ["\n", "⏎"],
  ["\r", "␍"],
  ["\t", "⇥"],
]);
