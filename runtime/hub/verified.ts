import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { type VerifiedFiles, verifiedFiles } from "#runtime/contract/records.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { readBounded } from "./bounded.ts";
import { type Checksum, type Published, sumName, sumNamed, sumOfFile } from "./published-hashes.ts";

/*
 * The record of files in the cache that were compared with their checksums: one file per commit, next to Python's folders. A cached file is
 * read for this once, and again if it has changed.
 */

/** The record of a commit's verified files; empty if none was verified yet. */
export function verifiedIn(repository: string, commit: string): VerifiedFiles {
  const text = readBounded(recordOf(repository, commit));
  const parsed = text === null ? { value: {} } : parseRecord(text, verifiedFiles);
  return "value" in parsed ? parsed.value : {};
}

/** Records that files were verified, or that the hub publishes no checksum. If it cannot be written, files are read again next time. */
export function recordVerified(repository: string, commit: string, files: VerifiedFiles): void {
  const path = recordOf(repository, commit);
  try {
    makeFolders(dirname(path));
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...verifiedIn(repository, commit), ...files }));
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    rmSync(`${path}.${process.pid}`, { force: true });
  }
}

export interface CachedFile {
  repository: string;
  commit: string;
  /** Path in the repository. */
  path: string;
}

/**
 * How a file in the cache differs from what the hub published, as the end of a sentence; undefined if it does not, or if nothing is known.
 * @param published if omitted, taken from the cache's record or from the file's name there
 */
export async function damageOf({ repository, commit, path }: CachedFile, published?: Published): Promise<string | undefined> {
  const file = join(repository, "snapshots", commit, path);
  const stat = signOf(file);
  if (stat === undefined) return "it does not exist";
  const known = verifiedIn(repository, commit)[path];
  const bytes = published?.bytes ?? known?.bytes;
  if (bytes !== undefined && bytes !== stat.bytes) return `it has ${byteCount(stat.bytes)}, but ${byteCount(bytes)} on the hub`;
  const sum = published ? published.sum : (known?.sum ?? sumNamed(basename(await realpath(file))));
  if (!sum || (known?.sign === stat.sign && known.sum?.hex === sum.hex)) return undefined;
  const found = await sumOfFile(file, sum, stat.bytes);
  if (found !== sum.hex) return differs(sum, found);
  recordVerified(repository, commit, { [path]: { bytes: stat.bytes, sum, sign: stat.sign } });
  return undefined;
}

/** Whether the sizes of all recorded files are unchanged. */
export function sizesFit(repository: string, commit: string): boolean {
  const folder = join(repository, "snapshots", commit);
  return Object.entries(verifiedIn(repository, commit)).every(([path, { bytes }]) => {
    const stat = statSync(join(folder, path), { throwIfNoEntry: false });
    return stat === undefined || stat.size === bytes;
  });
}

export function signOf(file: string): { bytes: number; sign: string } | undefined {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() ? { bytes: Number(stat.size), sign: fileSign(stat) } : undefined;
}

/** How a checksum differs, as the end of a sentence: `its SHA-256 is …, but … on the hub`; undefined if it does not. */
export function differs(sum: Checksum, found: string): string {
  return `its ${sumName(sum)} is ${found}, but ${sum.hex} on the hub`;
}

export function byteCount(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} ${bytes === 1 ? "byte" : "bytes"}`;
}

function recordOf(repository: string, commit: string): string {
  return join(repository, "verified", `${commit}.json`);
}
