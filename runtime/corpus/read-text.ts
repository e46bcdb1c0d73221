import { isUtf8 } from "node:buffer";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { firstFlaw, placeIn } from "#runtime/tasks/checks/data-check.ts";
import { beginning, type FileSeen, fileChecks, invalidUtf8, lineNumberAt } from "#runtime/tasks/checks/file-checks.ts";
import { fileBytes } from "./file-bytes.ts";

/**
 * Reads a UTF-8 file as text, in pieces of about a megabyte that never cut a character, decompressed according to its name. A byte order
 * mark is removed, and CRLF becomes LF. `onBytes` receives the bytes as they are in the file. Throws JobFailure if the bytes are not UTF-8.
 * `content`: how the caller divides the text.
 */
export async function* readCorpusText(
  path: string,
  onBytes?: (bytes: Uint8Array) => void,
  content: FileSeen["content"] = "document",
): AsyncGenerator<string> {
  let offset = 0;
  let kept = Buffer.alloc(0);
  let carriageReturn = "";
  const textOf = (bytes: Buffer, isEnd: boolean): string => {
    const start = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    offset += bytes.length;
    let text = carriageReturn + bytes.toString("utf8", start);
    carriageReturn = !isEnd && text.endsWith("\r") ? "\r" : "";
    if (carriageReturn) text = text.slice(0, -1);
    return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
  };
  for await (const piece of fromBeginning(fileBytes(path, onBytes))) {
    if (offset === 0 && kept.length === 0) refuseBeginning(path, piece, content);
    const bytes = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
    const length = wholeCharacters(bytes, bytes.length);
    const whole = bytes.subarray(0, length);
    if (!isUtf8(whole)) throw await invalid(path, offset, whole);
    const text = textOf(whole, false);
    kept = Buffer.from(bytes.subarray(length));
    if (text) yield text;
  }
  if (!isUtf8(kept)) throw await invalid(path, offset, kept);
  const last = textOf(kept, true);
  if (last) yield last;
}

/** The number of bytes without a character that is cut at the end. */
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

/** A failure with the line of an invalid byte, for which the file is read again. */
async function invalid(path: string, offset: number, bytes: Uint8Array): Promise<JobFailure> {
  const before = { bytes: offset, lines: await lineFeeds(path, offset) };
  const flaw = invalidUtf8(bytes, { isWhole: true, reader: "corpus" }, before);
  return new JobFailure(`${placeIn(path, flaw!)}: ${flaw!.message}`);
}

async function lineFeeds(path: string, end: number): Promise<number> {
  let [lines, at] = [0, 0];
  for await (const piece of fileBytes(path)) {
    const part = piece.subarray(0, end - at);
    lines += lineNumberAt(part, part.length) - 1;
    at += part.length;
    if (at >= end) break;
  }
  return lines;
}

/** The pieces of a file, of which the first is long enough for the checks of its beginning. */
async function* fromBeginning(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (start === null) yield piece;
    else {
      start = Buffer.concat([start, piece]);
      if (start.length < beginning) continue;
      yield start;
      start = null;
    }
  }
  if (start && start.length > 0) yield start;
}

/** Throws if the beginning shows that the file is something else than text, before its bytes are checked one by one. */
function refuseBeginning(path: string, bytes: Uint8Array, content: FileSeen["content"]): void {
  const flaw = firstFlaw(fileChecks, "corpus", { bytes, isWhole: false, encoding: "utf-8", reader: "corpus", content });
  if (flaw?.severity === "error" && flaw.code !== "invalid-utf8") throw new JobFailure(`${placeIn(path, flaw)}: ${flaw.message}`);
}
