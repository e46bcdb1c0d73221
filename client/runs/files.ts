import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import type * as v from "valibot";
import { parseEvent, type RunEvent } from "#runtime/contract/events.ts";
import { type Parsed, parseRecord } from "#runtime/contract/record-text.ts";
import { parseSealed } from "#runtime/contract/sealed.ts";

/* Run folders are read without ever blocking: the extension host serves all extensions. A file that is not there is no error. */

/** Undefined where there is no such file, or it is not what its schema says. */
export async function readRecord<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  return readParsed(path, (text) => parseRecord(text, schema));
}

/** The same of a file that bears its checksum. */
export async function readSealed<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  return readParsed(path, (text) => parseSealed(text, schema));
}

async function readParsed<T>(path: string, parse: (text: string) => Parsed<T>): Promise<T | undefined> {
  try {
    // a device or a pipe has no end, and a store may come from somebody else
    if (!(await statOf(path))) return undefined;
    const parsed = parse(await readFile(path, "utf8"));
    return "value" in parsed ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

export async function namesIn(folder: string): Promise<string[]> {
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

/** Reads an `events.jsonl` on from where the last reading ended, a block at a time. */
export interface EventFile {
  /** Events that came since; a torn last line waits for the next reading. */
  read(): AsyncGenerator<RunEvent[]>;
}

/** @param tail begin at most so many bytes before the end: for what only the last events say */
export function openEventFile(path: string, tail = Number.POSITIVE_INFINITY): EventFile {
  let offset: number | undefined;
  return {
    async *read() {
      const size = (await statOf(path))?.size ?? 0;
      // a file that is shorter than what was read of it is another one
      if (offset !== undefined && size < offset) offset = 0;
      const start = offset ?? Math.max(0, size - tail);
      // the first line of a tail is likely a part of one: it is no JSON and is dropped
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

/** Whole lines, at most a block of them. A line that is longer than a block is none that a run wrote: it is passed over, piece by piece. */
async function wholeLines(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(blockBytes, to - from));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  const read = bytes.subarray(0, bytesRead);
  const end = read.lastIndexOf(newline) + 1;
  return end > 0 || bytesRead < blockBytes ? read.subarray(0, end) : read;
}

/** Lines that are no events are left out: a disk that was full, a copy cut short. The other lines hold. */
function eventsOf(lines: Buffer): RunEvent[] {
  return lines
    .toString("utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : (parseEvent(line) ?? [])));
}
