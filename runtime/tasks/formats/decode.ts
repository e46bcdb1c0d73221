import { isUtf8 } from "node:buffer";
import type { DataFormat } from "#runtime/contract/spec.ts";

/** The text of a file's bytes, without byte order mark, or the offset of the first byte that is not UTF-8. */
export function decode(bytes: Uint8Array, encoding: DataFormat["encoding"]): { text: string } | { invalidAt: number } {
  if (encoding === "latin-1") return { text: Buffer.from(bytes).toString("latin1") };
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
