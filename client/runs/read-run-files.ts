import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import type * as v from "valibot";
import { parseEvent, type RunEvent } from "#runtime/contract/events.ts";
import { type Parsed, parseRecord } from "#runtime/contract/record-text.ts";
import { parseSealed } from "#runtime/contract/sealed.ts";

/* Reads run folders without blocking, because the extension host serves all extensions. A missing file is not an error. */

/** Undefined if the file is missing or does not match its schema. */
export async function readRecord<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  return readParsed(path, (text) => parseRecord(text, schema));
}

/** Reads a file that carries its checksum; undefined if it is missing, damaged, or does not match its schema. */
export async function readSealedRecord<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  return readParsed(path, (text) => parseSealed(text, schema));
}

async function readParsed<T>(path: string, parse: (text: string) => Parsed<T>): Promise<T | undefined> {
  try {
    // a device or a pipe has no end, and a store may come from someone else
    if (!(await statOf(path))) return undefined;
    const parsed = parse(await readFile(path, "utf8"));
    return "value" in parsed ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

export async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

export async function statOf(path: string): Promise<{ size: number; changed: number } | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? { size: found.size, changed: found.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads an `events.jsonl` from where the last reading ended, block by block. */
export interface EventFile {
  /** Events since the last reading. An incomplete last line is left for the next one. */
  read(): AsyncGenerator<RunEvent[]>;
}

/** @param tail start at most this many bytes before the end, for readers who need only the last events */
export function openEventFile(path: string, tail = Number.POSITIVE_INFINITY): EventFile {
  let offset: number | undefined;
  return {
    async *read() {
      const size = (await statOf(path))?.size ?? 0;
      // a file shorter than the part already read is a new file
      if (offset !== undefined && size < offset) offset = 0;
      const start = offset ?? Math.max(0, size - tail);
      // the first line of a tail is probably incomplete; as invalid JSON it is dropped
      offset = start;
      if (size <= start) return;
      const file = await open(path, "r").catch(() => undefined);
      if (!file) return;
      try {
        while (offset < size) {
          const lines = await wholeLines(file, offset, size);
          if (lines.length === 0) return;
          offset += lines.length;
          yield eventsOf(lines);
        }
      } finally {
        await file.close();
      }
    },
  };
}

const blockBytes = 1 << 18;
const newline = 10;

/** Whole lines, at most a block of them. No run writes a line longer than a block, so such a line is skipped piece by piece. */
async function wholeLines(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(blockBytes, to - from));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  const read = bytes.subarray(0, bytesRead);
  const end = read.lastIndexOf(newline) + 1;
  return end > 0 || bytesRead < blockBytes ? read.subarray(0, end) : read;
}

/** Parses events. Invalid lines (from a full disk or an incomplete copy) are skipped; the others are valid. */
function eventsOf(lines: Buffer): RunEvent[] {
  return lines
    .toString("utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : (parseEvent(line) ?? [])));
}
