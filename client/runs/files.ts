import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import type { RunEvent } from "#runtime/contract/events.ts";

/* Run folders are read without ever blocking: the extension host serves all extensions. A file that is not there is no error. */

/** Undefined where there is no such file, or it is no JSON. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

export async function statOf(path: string): Promise<{ size: number; changed: number } | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, changed: mtimeMs };
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

async function wholeLines(file: FileHandle, from: number, to: number): Promise<Buffer> {
  for (let length = blockBytes; ; length *= 2) {
    const bytes = Buffer.alloc(Math.min(length, to - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    // a line longer than a block
    if (end === 0 && bytesRead === bytes.length && from + bytesRead < to) continue;
    return bytes.subarray(0, end);
  }
}

function eventsOf(lines: Buffer): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of lines.toString("utf8").split("\n")) {
    if (line === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null && "event" in value) events.push(value as RunEvent);
    } catch {
      // a disk that was full, a copy cut short: the other lines hold
    }
  }
  return events;
}
