import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type * as v from "valibot";
import { type Parsed, parseRecord } from "#runtime/contract/record-text.ts";
import type { FileRecord } from "#runtime/contract/records.ts";
import { parseSealed, sealedText } from "#runtime/contract/sealed.ts";
import { Obstacle } from "#runtime/contract/system-error.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { openRegular, readRegularText } from "#runtime/machine/regular-file.ts";
import { requireOwn } from "./folder-guard.ts";
import { refuseLinks } from "./refuse-links.ts";
import { contentHash, rememberWritten } from "./written.ts";

/** A file that is being written under a temporary name. */
export interface WholeFile {
  write(bytes: Uint8Array): void;
  /** Flushes the file to the disk and renames it. */
  finish(): FileRecord;
  /** Removes the temporary file. */
  abandon(): void;
}

/**
 * Writes a file atomically: readers see the old or the new content, never a part, even if the writer is killed. The content is written to a
 * temporary file next to it, flushed to the disk, and renamed. Returns its size and checksum.
 * @param mode absent: that of a new file
 */
export function openWhole(path: string, mode?: number): WholeFile {
  makeFolder(dirname(path));
  const temporary = temporaryName(path);
  const file = naming(path, () => openSync(temporary, "wx", mode));
  // the system applies its mask to the mode of a new file
  if (mode !== undefined) fchmodSync(file, mode);
  const content = contentHash();
  let open = true;
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    write(bytes) {
      naming(path, () => writeAll(file, bytes));
      content.add(bytes);
    },
    finish() {
      requireOwn(path);
      refuseLinks(path);
      naming(path, () => {
        fsyncSync(file);
        close();
        renameSync(temporary, path);
        flushFolder(dirname(path));
      });
      const record = content.record();
      rememberWritten(path, record);
      return record;
    },
    abandon() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

export function writeWhole(path: string, content: string | Uint8Array, mode?: number): FileRecord {
  return writeWholeWith(path, (file) => file.write(typeof content === "string" ? Buffer.from(content) : content), mode);
}

/** As `writeWhole`, for content that is written in pieces. */
export function writeWholeWith(path: string, write: (file: Pick<WholeFile, "write">) => void, mode?: number): FileRecord {
  const file = openWhole(path, mode);
  try {
    write(file);
    return file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Writes a sealed document, which includes its checksum. */
export function writeSealed(path: string, value: object): FileRecord {
  return writeWhole(path, sealedText(value));
}

/** Reads a sealed document; undefined if there is no file. */
export function readSealed<T>(path: string, schema: v.GenericSchema<unknown, T>): Parsed<T> | undefined {
  return parsedFile(path, (text) => parseSealed(text, schema));
}

/** Writes a JSON document, indented by two spaces, since people read these files too. */
export function writeJson(path: string, value: unknown): FileRecord {
  return writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Reads a JSON document; undefined if there is no file. */
export function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>): Parsed<T> | undefined {
  return parsedFile(path, (text) => parseRecord(text, schema));
}

function parsedFile<T>(path: string, parse: (text: string) => Parsed<T>): Parsed<T> | undefined {
  let text: string | undefined;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (error instanceof Obstacle) return { problem: "it is a folder or another thing that is not a file; move it away" };
    return { problem: `it cannot be read: ${(error as Error).message}` };
  }
  return text === undefined ? undefined : parse(text);
}

/** The text of a file; undefined if there is no file. */
export function readTextFile(path: string): string | undefined {
  try {
    return readRegularText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The last bytes of a file as text; empty if it cannot be read. */
export function endOfText(path: string, bytes: number): string {
  try {
    const file = openRegular(path);
    try {
      const { size } = fstatSync(file);
      const block = Buffer.alloc(Math.min(bytes, size));
      return block.toString("utf8", 0, readSync(file, block, 0, block.length, size - block.length));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

/** Opens a file for appending, never through a link. */
export function openToAppend(path: string): number {
  return openOwn(path, constants.O_RDWR | constants.O_APPEND);
}

/** Opens and truncates a file for writing, never through a link. */
export function openAnew(path: string): number {
  return openOwn(path, constants.O_WRONLY | constants.O_TRUNC);
}

function openOwn(path: string, flags: number): number {
  makeFolder(dirname(path));
  requireOwn(path);
  refuseLinks(path);
  return naming(path, () => openSync(path, flags | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o666));
}

/** Makes a folder and its parent folders, never through a link. */
export function makeFolder(folder: string): void {
  refuseLinks(folder);
  makeFolders(folder);
}

/** Removes temporary files that killed writers left in a folder and its subfolders. Only the holder of the folder's lock may call it. */
export function removeTemporaries(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.endsWith(temporarySuffix)) rmSync(path, { force: true, recursive: true });
    else if (entry.isDirectory()) removeTemporaries(path);
  }
}

/** Writes all bytes; a single call of `write` may write fewer. */
export function writeAll(file: number, bytes: Uint8Array): void {
  // one call writes at most 2 GiB
  const max = 1 << 28;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(max, bytes.length - at));
}

/** Whether an error means that a path does not exist; this includes paths below a file. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR");
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Runs an action and adds the path to system errors, which lack it for files that are already open. */
export function naming<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && "code" in error) (error as NodeJS.ErrnoException).path = path;
    throw error;
  }
}

/** A temporary name that includes the process id of the writer, so that others can see whether the writer still exists. */
export function temporaryName(path: string): string {
  return `${path}.${hostOfName()}-${process.pid}-${randomBytes(4).toString("hex")}${temporarySuffix}`;
}

/** The id of the process of this host that writes a temporary file; undefined for any other file. */
export function temporaryOf(name: string): number | undefined {
  const [, host, pid] = /\.(\w+)-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name) ?? [];
  return host === hostOfName() ? Number(pid) : undefined;
}

export function fileNamesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const temporarySuffix = ".tmp";

function hostOfName(): string {
  return hostname().replace(/\W/g, "_");
}

/** Makes a rename survive a power failure. Folders cannot be opened on Windows, where the rename itself is journaled. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
