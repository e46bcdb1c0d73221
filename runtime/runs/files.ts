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
import { refuseLinks } from "./links.ts";
import { contentHash, rememberWritten } from "./written.ts";

/** A file that is being written beside its place. */
export interface WholeFile {
  write(bytes: Uint8Array): void;
  /** Flushes it to the disk and renames it into its place. */
  finish(): FileRecord;
  /** Removes what was written. */
  abandon(): void;
}

/**
 * Writes a file whole: readers see the old content or the new, never a part, whatever kills the writer. The content goes to a
 * temporary file beside it, is flushed to the disk, and is renamed into place. Its checksum is taken on the way.
 * @param mode left out: that of a new file
 */
export function openWhole(path: string, mode?: number): WholeFile {
  makeFolder(dirname(path));
  const temporary = temporaryName(path);
  const file = naming(path, () => openSync(temporary, "wx", mode));
  // of a new file the system takes away what its mask says
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

/** As `writeWhole`, for content that is written piece by piece. */
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

/** A document of our own, with its checksum. */
export function writeSealed(path: string, value: object): FileRecord {
  return writeWhole(path, sealedText(value));
}

/** Undefined where there is no file. */
export function readSealed<T>(path: string, schema: v.GenericSchema<unknown, T>): Parsed<T> | undefined {
  return parsedFile(path, (text) => parseSealed(text, schema));
}

/** Two spaces of indentation: people read these files too. */
export function writeJson(path: string, value: unknown): FileRecord {
  return writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Undefined where there is no file. */
export function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>): Parsed<T> | undefined {
  return parsedFile(path, (text) => parseRecord(text, schema));
}

function parsedFile<T>(path: string, parse: (text: string) => Parsed<T>): Parsed<T> | undefined {
  let text: string | undefined;
  try {
    text = readText(path);
  } catch (error) {
    if (error instanceof Obstacle) return { problem: "it is no file; move what stands there away" };
    return { problem: `it cannot be read: ${(error as Error).message}` };
  }
  return text === undefined ? undefined : parse(text);
}

/** The text, or undefined where there is no file. */
export function readText(path: string): string | undefined {
  try {
    return readRegularText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The last bytes of a file; nothing where it cannot be read. */
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

/** Opens a file that is only ever appended to; never through a link. */
export function openToAppend(path: string): number {
  return openOwn(path, constants.O_RDWR | constants.O_APPEND);
}

/** Opens a file that begins anew; never through a link. */
export function openAnew(path: string): number {
  return openOwn(path, constants.O_WRONLY | constants.O_TRUNC);
}

function openOwn(path: string, flags: number): number {
  makeFolder(dirname(path));
  requireOwn(path);
  refuseLinks(path);
  return naming(path, () => openSync(path, flags | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o666));
}

/** Makes a folder and those above it; never through a link. */
export function makeFolder(folder: string): void {
  refuseLinks(folder);
  makeFolders(folder);
}

/** Removes what a killed writer left in a folder and below it. Only for who holds the folder's lock. */
export function removeTemporaries(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.endsWith(temporarySuffix)) rmSync(path, { force: true, recursive: true });
    else if (entry.isDirectory()) removeTemporaries(path);
  }
}

/** `write` may take less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  // one call takes at most 2 GiB
  const most = 1 << 28;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(most, bytes.length - at));
}

/** Nor is anything below a file. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR");
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** An error of the system names the file, also where it comes from a file that is open. */
export function naming<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && "code" in error) (error as NodeJS.ErrnoException).path = path;
    throw error;
  }
}

/** Names whoever writes it, so that others see when nobody does any more. */
export function temporaryName(path: string): string {
  return `${path}.${hostOfName()}-${process.pid}-${randomBytes(4).toString("hex")}${temporarySuffix}`;
}

/** The id of the process of this host that writes a temporary file; undefined of any other file. */
export function temporaryOf(name: string): number | undefined {
  const [, host, pid] = /\.(\w+)-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name) ?? [];
  return host === hostOfName() ? Number(pid) : undefined;
}

export function namesIn(folder: string): string[] {
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

/** Makes a rename last through a power cut. Folders cannot be opened on Windows, where the rename itself is journaled. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
