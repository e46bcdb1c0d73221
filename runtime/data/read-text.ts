import { isUtf8 } from "node:buffer";
import { JobFailure } from "#runtime/jobs/context.ts";
import { firstInvalid } from "#runtime/tasks/formats/decode.ts";
import { fileBytes } from "./file-bytes.ts";

/**
 * A UTF-8 file as text, in pieces of about a megabyte that never cut a character, decompressed where its name says so. A byte order
 * mark is left out, CRLF becomes LF. `onBytes` sees the bytes as they are in the file. Throws JobFailure where the bytes are not UTF-8.
 */
export async function* readText(path: string, onBytes?: (bytes: Uint8Array) => void): AsyncGenerator<string> {
  let offset = 0;
  let kept = Buffer.alloc(0);
  let carriageReturn = "";
  const textOf = (bytes: Buffer, isEnd: boolean): string => {
    if (!isUtf8(bytes)) throw invalid(path, offset, bytes);
    const start = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    offset += bytes.length;
    let text = carriageReturn + bytes.toString("utf8", start);
    carriageReturn = !isEnd && text.endsWith("\r") ? "\r" : "";
    if (carriageReturn) text = text.slice(0, -1);
    return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
  };
  for await (const piece of fileBytes(path, onBytes)) {
    const bytes = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
    const length = wholeCharacters(bytes, bytes.length);
    const text = textOf(bytes.subarray(0, length), false);
    kept = Buffer.from(bytes.subarray(length));
    if (text) yield text;
  }
  const last = textOf(kept, true);
  if (last) yield last;
}

/** How many bytes remain when a character that is cut at the end is left out. */
export function wholeCharacters(bytes: Uint8Array, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? length - back : length;
  }
  return length;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

function invalid(path: string, offset: number, bytes: Uint8Array): JobFailure {
  const at = firstInvalid(bytes);
  const hex = (bytes[at] as number).toString(16).toUpperCase().padStart(2, "0");
  return new JobFailure(`${path}: byte 0x${hex} at offset ${offset + at} is not valid UTF-8; save the file as UTF-8, or leave it out`);
}
