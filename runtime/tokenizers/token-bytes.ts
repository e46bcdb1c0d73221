import { byteAlphabet } from "./byte-alphabet.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** A function from tokens to their text in UTF-8, which may be a part of a character with a byte-level tokenizer. */
export function tokenBytes(json: TokenizerJson): (token: string) => Uint8Array {
  if (hasDecoder(json.decoder, "ByteLevel"))
    // an added token may have characters that are not in the byte alphabet
    return (token) => (isOfAlphabet(token) ? Uint8Array.from(token, (character) => byteOf.get(character)!) : encoder.encode(token));
  const prefix = (json.model as { continuing_subword_prefix?: string | null }).continuing_subword_prefix || null;
  const hasBytes = hasDecoder(json.decoder, "ByteFallback");
  return (token) => {
    const byte = hasBytes ? /^<0x([0-9A-F]{2})>$/.exec(token)?.[1] : undefined;
    if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
    const text = prefix !== null && token.startsWith(prefix) ? token.slice(prefix.length) : token;
    return encoder.encode(text.replaceAll("\u2581", " "));
  };
}

/** Whether tokens may be parts of characters. */
export function cutsCharacters({ decoder }: TokenizerJson): boolean {
  return hasDecoder(decoder, "ByteLevel") || hasDecoder(decoder, "ByteFallback");
}

/** UTF-8 as text; undefined if a character is incomplete. */
export function wholeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export interface ReadCharacter {
  /** Undefined for a byte that does not form a character. */
  text: string | undefined;
  /** First byte, and the byte after the last (`end`). */
  start: number;
  end: number;
}

/** The characters of UTF-8 bytes. */
export function readCharacters(bytes: Uint8Array): ReadCharacter[] {
  const characters: ReadCharacter[] = [];
  for (let start = 0; start < bytes.length; ) {
    const length = lengthBehind(bytes[start]!);
    const text = length === 0 ? undefined : wholeText(bytes.subarray(start, start + length));
    const end = start + (text === undefined ? 1 : length);
    characters.push({ text, start, end });
    start = end;
  }
  return characters;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const byteOf = new Map(byteAlphabet.map(({ character, byte }) => [character, byte]));

function isOfAlphabet(token: string): boolean {
  return Array.from(token).every((character) => byteOf.has(character));
}

function hasDecoder(part: unknown, type: string): boolean {
  const { type: own, decoders = [] } = (part ?? {}) as { type?: string; decoders?: unknown[] };
  return own === type || decoders.some((each) => hasDecoder(each, type));
}

/** Length in bytes of the character that starts with a byte; 0 if none does. */
function lengthBehind(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}
