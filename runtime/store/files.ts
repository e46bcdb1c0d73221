import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Writes a file whole: readers see the old content or the new, never a part, whatever kills the writer. The content goes to a
 * temporary file beside it, is flushed to the disk, and is renamed into place.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  writeWholeWith(path, (file) => writeAll(file, typeof content === "string" ? Buffer.from(content) : content));
}

/** As `writeWhole`, for content that is written piece by piece into the open temporary file. */
export function writeWholeWith(path: string, write: (file: number) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  temporaryFiles++;
  const temporary = `${path}.${process.pid}-${temporaryFiles}${temporarySuffix}`;
  const file = openSync(temporary, "w");
  try {
    write(file);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
  flushFolder(dirname(path));
}

/** Two spaces of indentation: people read these files too. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The parsed file, or undefined where there is none. Its writer decides the type: run folders are written by this program alone. */
export function readJson<T>(path: string): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${path} is not the JSON that was written there (${(error as Error).message}); delete it to make it anew`);
  }
}

/** The text, or undefined where there is no file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Removes what a killed writer left in a folder. Only for who holds the folder's lock. */
export function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith(temporarySuffix)) rmSync(join(folder, name), { force: true });
}

/** `write` may take less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  // one call takes at most 2 GiB
  const most = 1 << 28;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(most, bytes.length - at));
}

export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

const temporarySuffix = ".tmp";
let temporaryFiles = 0;

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
