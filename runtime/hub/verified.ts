import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { type VerifiedFiles, verifiedFiles } from "#runtime/contract/records.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { readBounded } from "./bounded.ts";
import { type Published, type Sum, sumName, sumNamed, sumOfFile } from "./published.ts";

/*
 * Which files of the cache were held against their sums, by commit, in a file beside Python's folders: a file is read for it once, and again
 * when it has changed.
 */

/** What the cache knows of a commit's files. Empty where nothing was verified yet. */
export function verifiedIn(repository: string, commit: string): VerifiedFiles {
  const text = readBounded(recordOf(repository, commit));
  const parsed = text === null ? { value: {} } : parseRecord(text, verifiedFiles);
  return "value" in parsed ? parsed.value : {};
}

/** That files were verified, or that the hub publishes no sum of them. Where nothing may be written they are read again the next time. */
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
  /** In the repository. */
  path: string;
}

/**
 * What is wrong with a file of the cache, as the end of a sentence; undefined where it is what the hub published, or nothing is known of it.
 * @param published left out: as the cache knows it, by its record or by the name that the file has there
 */
export async function damageOf({ repository, commit, path }: CachedFile, published?: Published): Promise<string | undefined> {
  const file = join(repository, "snapshots", commit, path);
  const stat = signOf(file);
  if (stat === undefined) return "it is not there";
  const known = verifiedIn(repository, commit)[path];
  const bytes = published?.bytes ?? known?.bytes;
  if (bytes !== undefined && bytes !== stat.bytes) return `it has ${count(stat.bytes)}, and ${count(bytes)} on the hub`;
  const sum = published ? published.sum : (known?.sum ?? sumNamed(basename(await realpath(file))));
  if (!sum || (known?.sign === stat.sign && known.sum?.hex === sum.hex)) return undefined;
  const found = await sumOfFile(file, sum, stat.bytes);
  if (found !== sum.hex) return differs(sum, found);
  recordVerified(repository, commit, { [path]: { bytes: stat.bytes, sum, sign: stat.sign } });
  return undefined;
}

/** The same, as far as sizes tell it. */
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

/** `its SHA-256 is …, and … on the hub`. */
export function differs(sum: Sum, found: string): string {
  return `its ${sumName(sum)} is ${found}, and ${sum.hex} on the hub`;
}

export function count(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} ${bytes === 1 ? "byte" : "bytes"}`;
}

function recordOf(repository: string, commit: string): string {
  return join(repository, "verified", `${commit}.json`);
}
