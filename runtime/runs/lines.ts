import { closeSync, fstatSync, ftruncateSync, readSync } from "node:fs";
import { requireOwn } from "./folder-guard.ts";
import { naming, openToAppend, writeAll } from "./whole-files.ts";

/* Files of lines that are only ever appended to. An incomplete last line is removed by the next writer and ignored by readers. */

/** Opens a file for appending lines, each in one call. An incomplete line that a killed writer left is removed first. */
export function openLines(path: string): { append(line: string): void; close(): void } {
  const file = openToAppend(path);
  try {
    naming(path, () => dropTornLine(file));
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    append(line) {
      requireOwn(path);
      naming(path, () => writeAll(file, Buffer.from(`${line}\n`)));
    },
    close: () => closeSync(file),
  };
}

/** The byte offset after the last complete line, searched from the end of the file. */
export function endOfLines(file: number): number {
  const block = Buffer.alloc(blockBytes);
  for (let end = fstatSync(file).size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const got = readSync(file, block, 0, end - start, start);
    const last = block.subarray(0, got).lastIndexOf(newline);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

export const newline = 10;
const blockBytes = 1 << 16;

/** Removes an incomplete last line. Readers never pass the last newline, so their offsets stay valid. */
function dropTornLine(file: number): void {
  const end = endOfLines(file);
  if (end < fstatSync(file).size) ftruncateSync(file, end);
}
