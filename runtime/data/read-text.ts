import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { JobFailure } from "#runtime/jobs/context.ts";
import { firstInvalid } from "#runtime/tasks/utf8.ts";

const pieceBytes = 1 << 20;

/**
 * A UTF-8 file as text, in pieces of about a megabyte that never cut a character. A byte order mark is left out, CRLF becomes
 * LF. `onBytes` sees the bytes as they are in the file. Throws JobFailure where the bytes are not UTF-8.
 */
export async function* readText(path: string, onBytes?: (bytes: Uint8Array) => void): AsyncGenerator<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(pieceBytes);
    let kept = 0;
    let carriageReturn = "";
    for (let offset = 0, end = false; !end; ) {
      const { bytesRead } = await file.read(buffer, kept, pieceBytes - kept);
      onBytes?.(buffer.subarray(kept, kept + bytesRead));
      const filled = kept + bytesRead;
      end = bytesRead === 0;
      const length = end ? filled : wholeCharacters(buffer, filled);
      const bytes = buffer.subarray(0, length);
      if (!isUtf8(bytes)) throw invalid(path, offset, bytes);
      const start = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
      let text = carriageReturn + bytes.toString("utf8", start);
      carriageReturn = !end && text.endsWith("\r") ? "\r" : "";
      if (carriageReturn) text = text.slice(0, -1);
      if (text) yield text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
      offset += length;
      kept = buffer.copy(buffer, 0, length, filled);
    }
  } finally {
    await file.close();
  }
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
