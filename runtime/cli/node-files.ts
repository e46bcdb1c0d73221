import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { allIn, isPattern, literalPath, matchingFilesNow, pathsFrom, tooWide } from "#language/matching-files.ts";
import type { Files } from "#runtime/compile/planning-files.ts";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { type KnownContent, knownContents } from "#runtime/contract/records.ts";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { cachedData, cachedModel } from "#runtime/hub/cache.ts";
import { sameBytes } from "#runtime/machine/same-bytes.ts";
import { makeStoreFolder } from "#runtime/runs/root.ts";
import { readJson, writeJson } from "#runtime/runs/whole-files.ts";
import { recordOf } from "#runtime/runs/written.ts";

/**
 * The compiler's access to the disk. Fingerprints of large files are cached by their identity, size and times (`file-sign.ts`); small
 * files are read each time, as long as that is fast.
 */
export interface NodeFiles extends Files {
  /** Stores the fingerprints in the cache. */
  save(): void;
}

/** @param root the `.pretrain` folder, whose folder `cache` contains the fingerprints */
export function nodeFiles(root: string): NodeFiles {
  const cachePath = join(root, "cache", "fingerprints.json");
  const known = new Map(Object.entries(readCache(cachePath)));
  /** Files that this process has read. */
  const seenNow = new Set<string>();
  const readAgain = { left: readAgainBytes };
  let changed = false;
  return {
    glob(pattern) {
      const named = literalPath(pattern);
      if (statOf(named)) return [named];
      return isPattern(pattern) ? globFiles(pattern) : [];
    },
    read: (path) => (statOf(path) ? readFileSync(path) : null),
    start: (path, bytes) => (statOf(path) ? readStart(path, bytes) : null),
    hubModel: (name) => cachedModel(name),
    hubData,
    size: (path) => statOf(path)?.size ?? null,
    sameBytes,
    fingerprint(path) {
      const stat = exactStatOf(path);
      if (!stat) return null;
      const { sign } = stat;
      const entry = known.get(path);
      if (entry?.sign === sign && (seenNow.has(path) || stat.size > readAgain.left)) return { bytes: entry.bytes, sha256: entry.sha256 };
      readAgain.left -= stat.size;
      const record = recordOf(path);
      if (entry?.sign !== sign || entry.sha256 !== record.sha256) changed = true;
      // a file that was just written may change again without a change of its times
      if (Date.now() - stat.changed > clockGrain) {
        known.set(path, { sign, ...record });
        seenNow.add(path);
      } else known.delete(path);
      return record;
    },
    save() {
      if (changed) keep(root, cachePath, Object.fromEntries(known));
      changed = false;
    },
  };
}

/** A data set in the hub's cache; if Python downloaded it, with the files that are there. */
export function hubData(name: string): { folder: string; paths: string[] } | null {
  const data = cachedData(name);
  return data && { folder: data.folder, paths: data.listed ?? pathsFrom(data.folder, globFiles(allIn(data.folder))) };
}

/** Bytes that are read again each time, whatever the file times are; this takes less than a tenth of a second. */
const readAgainBytes = 32 << 20;

/** Coarsest time stamps of common file systems (FAT), milliseconds. */
const clockGrain = 2000;

/** The cached fingerprints; empty if they cannot be read, since they can be computed again. */
function readCache(path: string): Record<string, KnownContent> {
  const read = readJson(path, knownContents);
  return read && "value" in read ? read.value : {};
}

/** Writes the cache. If that fails, files are only read again next time; commands that must write report the error themselves. */
function keep(root: string, path: string, fingerprints: Record<string, KnownContent>): void {
  try {
    makeStoreFolder(root);
    writeJson(path, fingerprints);
  } catch (error) {
    if (!(error instanceof JobFailure) && describeSystemError(error) === undefined) throw error;
  }
}

/** The files that match a pattern. The language has checked the pattern before; beyond its limits, no list of files is reliable. */
function globFiles(pattern: string): string[] {
  const { paths, cut } = matchingFilesNow(pattern);
  if (cut) throw new JobFailure(tooWide(pattern));
  return paths;
}

function statOf(path: string): { size: number; mtimeMs: number } | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat : undefined;
}

function readStart(path: string, bytes: number): Uint8Array {
  const block = Buffer.alloc(Math.min(bytes, statOf(path)?.size ?? 0));
  const file = openSync(path, "r");
  try {
    return block.subarray(0, readSync(file, block));
  } finally {
    closeSync(file);
  }
}

/** The size and times of a file, with nanosecond precision; undefined if it does not exist. */
function exactStatOf(path: string): { sign: string; size: number; changed: number } | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (!stat?.isFile()) return undefined;
  return { sign: fileSign(stat), size: Number(stat.size), changed: Math.max(Number(stat.ctimeMs), Number(stat.mtimeMs)) };
}
