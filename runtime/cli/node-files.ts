import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { globSync, isDynamicPattern } from "tinyglobby";
import type { Files } from "#runtime/compile/files.ts";
import { cachedData, cachedModel } from "#runtime/hub/cache.ts";
import { readJson, writeJson } from "#runtime/store/files.ts";

/** The compiler's view of the disk. Fingerprints are remembered by path, size and time of change. */
export interface NodeFiles extends Files {
  /** Keeps the fingerprints for the next time. */
  save(): void;
}

/** @param root the `.pretrain` folder, whose `cache` holds the fingerprints */
export function nodeFiles(root: string): NodeFiles {
  const cachePath = join(root, "cache", "fingerprints.json");
  const known = new Map(Object.entries(readCache(cachePath)));
  let changed = false;
  return {
    glob: (pattern) => (isDynamicPattern(pattern) ? globFiles(pattern) : statOf(pattern) ? [pattern] : []),
    read: (path) => (statOf(path) ? readFileSync(path) : null),
    start: (path, bytes) => (statOf(path) ? readStart(path, bytes) : null),
    hubModel: (name) => cachedModel(name),
    hubData: (name) => cachedData(name),
    size: (path) => statOf(path)?.size ?? null,
    fingerprint(path) {
      const stat = statOf(path);
      if (!stat) return null;
      const entry = known.get(path);
      if (entry && entry.bytes === stat.size && entry.changed === stat.mtimeMs) return { bytes: entry.bytes, sha256: entry.sha256 };
      const sha256 = hashFile(path);
      // a file that was just written may change again without its time showing it
      if (Date.now() - stat.mtimeMs > clockGrain) {
        known.set(path, { bytes: stat.size, changed: stat.mtimeMs, sha256 });
        changed = true;
      }
      return { bytes: stat.size, sha256 };
    },
    save() {
      if (changed) writeJson(cachePath, Object.fromEntries(known));
      changed = false;
    },
  };
}

interface Known {
  bytes: number;
  /** Time of the last change, milliseconds. */
  changed: number;
  sha256: string;
}

/** Coarsest time stamps of common file systems (FAT), milliseconds. */
const clockGrain = 2000;

function readCache(path: string): Record<string, Known> {
  try {
    return readJson<Record<string, Known>>(path) ?? {};
  } catch {
    // a cache can be made again
    return {};
  }
}

function globFiles(pattern: string): string[] {
  // the pattern is absolute; on Windows its separators would read as escapes
  return globSync(pattern.replaceAll("\\", process.platform === "win32" ? "/" : "\\"), {
    absolute: true,
    onlyFiles: true,
    dot: false,
  }).sort();
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

function hashFile(path: string): string {
  const hash = createHash("sha256");
  const block = Buffer.alloc(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let got = readSync(file, block); got > 0; got = readSync(file, block)) hash.update(block.subarray(0, got));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
