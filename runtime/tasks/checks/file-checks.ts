import { isUtf8 } from "node:buffer";
import type { DataFormat } from "#runtime/contract/spec.ts";
import type { DataCheck, Found, Reader } from "./data-check.ts";
import { foreignContent, guessedEncoding, wideEncoding } from "./encodings.ts";

/** A file as its bytes show it, decompressed. */
export interface FileSeen {
  /** The beginning, or all. */
  bytes: Uint8Array;
  isWhole: boolean;
  encoding: DataFormat["encoding"];
  reader: Reader;
  /** How its text is divided: into lines of any kind, or (a JSON document, a corpus that reads files as documents) not at all. */
  content: "table" | "json-lines" | "lines" | "document";
}

/** So much of a file is enough for the checks of its beginning. */
export const beginning = 1 << 16;

const everyone: readonly Reader[] = ["task", "corpus", "score"];

/** What a file's bytes show, in this order: an archive is no text in UTF-8 either. */
export const fileChecks: readonly DataCheck<FileSeen>[] = [
  {
    code: "not-text",
    severity: "error",
    readers: everyone,
    of: "the first bytes of text and tables",
    find({ bytes, content }) {
      const foreign = foreignContent(bytes, content === "table" || content === "json-lines");
      return foreign && { message: `${foreign.found}, and text is expected; ${foreign.remedy}` };
    },
  },
  {
    code: "wide-encoding",
    severity: "error",
    readers: everyone,
    of: "the beginning of text and tables",
    find({ bytes }) {
      const found = wideEncoding(bytes.subarray(0, beginning));
      if (!found) return null;
      const mark = found.marked ? "as its byte order mark says" : "without a byte order mark";
      const expected = `and UTF-8 is expected; save it as UTF-8 (iconv -f ${found.name} -t UTF-8 FILE > NEW)`;
      return { line: 1, message: `the file is in ${found.name}, ${mark}, ${expected}` };
    },
  },
  {
    code: "invalid-utf8",
    severity: "error",
    readers: everyone,
    of: "the bytes of text and tables",
    find: ({ bytes, isWhole, encoding, reader }) => (encoding === "utf-8" ? invalidUtf8(bytes, { isWhole, reader }) : null),
  },
  {
    code: "is-utf8",
    severity: "error",
    readers: ["task"],
    of: "the bytes of text and tables with an encoding of one byte a character",
    find({ bytes, encoding }) {
      if (encoding === "utf-8" || !isUtf8(bytes)) return null;
      const at = bytes.findIndex((byte) => byte >= 0x80);
      if (at < 0) return null;
      const [character = ""] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + 4));
      const shown = character === "\uFEFF" ? "a byte order mark" : JSON.stringify(character);
      const message = `the file is in UTF-8 (here with ${shown}), and encoding: ${encoding} would read other characters; leave encoding out`;
      return { line: lineNumberAt(bytes, at), message };
    },
  },
  {
    code: "control-characters",
    severity: "error",
    readers: ["task"],
    of: "the bytes of text and tables in Latin-1",
    find({ bytes, encoding }) {
      if (encoding !== "latin-1") return null;
      const at = bytes.findIndex((byte) => byte >= 0x80 && byte <= 0x9f && byte !== 0x85);
      if (at < 0) return null;
      const meant = new TextDecoder("windows-1252").decode(bytes.subarray(at, at + 1));
      const message = `the byte ${hex(bytes[at]!)} is a control character in Latin-1, and ${meant} in Windows-1252; write encoding: windows-1252`;
      return { line: lineNumberAt(bytes, at), message };
    },
  },
  {
    code: "line-ends",
    severity: "error",
    readers: everyone,
    of: "the beginning of text that is divided into lines",
    find: ({ bytes, content }) => (content === "document" ? null : loneCarriageReturns(bytes)),
  },
  {
    code: "line-ends",
    severity: "warning",
    readers: ["corpus"],
    of: "the beginning of text that is read as whole files",
    find: ({ bytes, content }) => (content === "document" ? loneCarriageReturns(bytes) : null),
  },
  {
    code: "one-json-document",
    severity: "error",
    readers: everyone,
    of: "the beginning of JSON Lines",
    find({ bytes, content }) {
      if (content !== "json-lines") return null;
      const start = new TextDecoder().decode(bytes.subarray(0, beginning)).trimStart();
      const isList = /^\[\s*(?:\{|$)/u.test(start);
      if (!isList && !/^\{\s*\r?\n/u.test(start)) return null;
      const found = isList ? "one JSON list" : "JSON that is spread over several lines";
      const message = `the file holds ${found}, and one JSON object a line is expected; write it so (${isList ? "jq -c '.[]'" : "jq -c ."})`;
      return { line: 1, message };
    },
  },
];

/** The first byte that is not UTF-8, with a guess of what it is. `before`: the bytes before these in the file. */
export function invalidUtf8(
  bytes: Uint8Array,
  { isWhole, reader }: Pick<FileSeen, "isWhole" | "reader">,
  before = { bytes: 0, lines: 0 },
): Found | null {
  const at = firstInvalid(bytes);
  // a character may be cut where the beginning ends
  if (at === bytes.length || (!isWhole && at >= bytes.length - 3)) return null;
  const { encoding, option } = guessedEncoding(bytes, at);
  const remedies: Readonly<Record<Reader, string>> = {
    task: option ? `write encoding: ${option}, or save it as UTF-8` : "save it as UTF-8",
    corpus: "save it as UTF-8, or leave it out",
    score: "save it as UTF-8",
  };
  const message = `byte ${hex(bytes[at]!)} at offset ${before.bytes + at} is not valid UTF-8; ${encoding}; ${remedies[reader]}`;
  return { line: before.lines + lineNumberAt(bytes, at), message };
}

/** Offset of the first byte that begins no valid character; the length where all are valid. */
function firstInvalid(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return bytes.length;
  // halves, as most of a large file is valid
  let [valid, end] = [0, bytes.length];
  while (end - valid > 64) {
    const middle = characterStart(bytes, valid + ((end - valid) >> 1));
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle;
    else end = middle;
  }
  while (valid < bytes.length) {
    const length = [1, 2, 3, 4].find((count) => valid + count <= bytes.length && isUtf8(bytes.subarray(valid, valid + count)));
    if (length === undefined) break;
    valid += length;
  }
  return valid;
}

/** The nearest place in front of which no character is cut. */
function characterStart(bytes: Uint8Array, at: number): number {
  for (let back = 0; back < 4; back++) if ((bytes[at - back]! & 0xc0) !== 0x80) return at - back;
  return at;
}

/** The line, from 1, of an offset. */
export function lineNumberAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

/** Lines that end as on old Macs would all be one. */
function loneCarriageReturns(bytes: Uint8Array): Found | null {
  const start = bytes.subarray(0, beginning);
  if (start.includes(0x0a)) return null;
  const first = start.indexOf(0x0d);
  // one at the end is half of a line end, or ends the only line
  if (first < 0 || first >= start.length - 1) return null;
  const message =
    "the lines end in carriage returns alone, as on old Macs, and line feeds are expected; save it with the line ends of Unix or Windows (tr '\\r' '\\n' < FILE > NEW)";
  return { line: 1, column: first + 1, message };
}

function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
