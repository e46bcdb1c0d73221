import { isUtf8 } from "node:buffer";

/** The text of UTF-8 bytes, without byte order mark, or the offset of the first byte that is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): { text: string } | { invalidAt: number } {
  return isUtf8(bytes) ? { text: new TextDecoder().decode(bytes) } : { invalidAt: firstInvalid(bytes) };
}

/** Offset of the first byte that begins no valid character, in bytes that hold one. */
export function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((count) => at + count <= bytes.length && isUtf8(bytes.subarray(at, at + count)));
    if (length === undefined) break;
    at += length;
  }
  return at;
}
