import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { globSync, isDynamicPattern } from "tinyglobby";
import type { DataFiles } from "#language/files.ts";
import { type Files, filesOf } from "#runtime/compile/files.ts";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { type KnownContent, knownContents } from "#runtime/contract/records.ts";
import { cachedData, cachedModel } from "#runtime/hub/cache.ts";
import { probablySameBytes } from "#runtime/machine/same-bytes.ts";

/**
 * The compiler's view of the disk for a program that asks again at every keystroke. What was seen is believed for a moment;
 * unchanged files are never read twice. Large files are hashed in the background: until then they have `unread` as their
 * SHA-256.
 */
export interface WatchedFiles extends Files, DataFiles {
  /** What the files matching the patterns are now, as text that changes when one of them does. */
  signature(patterns: readonly string[]): string;
  /** Believes nothing that it saw: files were changed. */
  forget(): void;
  /** Takes over the fingerprints that the command line left in a `.pretrain` folder. */
  remember(store: string): void;
}

/** Stands for the SHA-256 of a file that is being read. */
export const unread = "being read";

/** @param onRead called when a file that was `unread` has been */
export function watchedFiles(onRead: () => void): WatchedFiles {
  const stats = new Map<string, Seen<Stat | undefined>>();
  const globs = new Map<string, Seen<string[]>>();
  const hashes = new Map<string, KnownContent>();
  const reading = new Set<string>();
  const stores = new Map<string, string>();
  let spent = { bytes: 0, since: 0 };

  const statOf = (path: string) => seen(stats, path, () => statFile(path));
  const glob = (pattern: string) => {
    if (!isDynamicPattern(pattern)) return statOf(pattern) ? [pattern] : [];
    return seen(globs, pattern, () => globFiles(pattern));
  };
  const hashOf = (path: string, { size, sign }: Stat): string => {
    const known = hashes.get(path);
    if (known?.sign === sign) return known.sha256;
    if (!mayReadNow(size)) {
      void readLater(path, { size, sign });
      return unread;
    }
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    hashes.set(path, { sign, bytes: size, sha256 });
    return sha256;
  };

  return {
    glob,
    read: (path) => (statOf(path) ? readFileSync(path) : null),
    start: (path, bytes) => (statOf(path) ? readStart(path, bytes) : null),
    hubModel: (name) => cachedModel(name),
    hubData: (name) => cachedData(name),
    size: (path) => statOf(path)?.size ?? null,
    sameBytes: probablySameBytes,
    fingerprint(path) {
      const stat = statOf(path);
      return stat ? { bytes: stat.size, sha256: hashOf(path, stat) } : null;
    },
    isFile: (path) => statOf(path) !== undefined,
    matchesAny: (pattern) => glob(pattern).length > 0,
    signature(patterns) {
      const known = (path: string, stat: Stat) => hashes.get(path)?.sign === stat.sign;
      const each = filesOf(patterns, { glob } as Files).map((path) => {
        const stat = statOf(path);
        return stat ? `${path} ${stat.sign} ${known(path, stat)}` : path;
      });
      return each.join("\n");
    },
    forget() {
      stats.clear();
      globs.clear();
    },
    remember(store) {
      const path = join(store, "cache", "fingerprints.json");
      const stat = statFile(path);
      if (!stat || stores.get(path) === stat.sign) return;
      stores.set(path, stat.sign);
      for (const [file, hashed] of Object.entries(readCache(path))) if (!hashes.has(file)) hashes.set(file, hashed);
    },
  };

  /** Few small files at a time, so that typing never waits. */
  function mayReadNow(bytes: number): boolean {
    const now = performance.now();
    if (now - spent.since > 1000) spent = { bytes: 0, since: now };
    spent.bytes += bytes;
    return spent.bytes <= mostBytesNow;
  }

  async function readLater(path: string, { size, sign }: Stat): Promise<void> {
    if (reading.has(path)) return;
    reading.add(path);
    try {
      const hash = createHash("sha256");
      for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
      hashes.set(path, { sign, bytes: size, sha256: hash.digest("hex") });
    } catch {
      // it went away: the next look at it says so
      stats.delete(path);
    }
    reading.delete(path);
    if (reading.size === 0) onRead();
  }
}

interface Stat {
  size: number;
  /** Changes with the file. */
  sign: string;
}

interface Seen<T> {
  value: T;
  until: number;
}

/** Milliseconds for which an answer of the disk is believed; a slow one longer, so that asking takes a small part of the time. */
const believed = 500;
const mostBytesNow = 8_000_000;

function seen<T>(known: Map<string, Seen<T>>, key: string, look: () => T): T {
  const start = performance.now();
  const found = known.get(key);
  if (found && found.until > start) return found.value;
  const value = look();
  const end = performance.now();
  known.set(key, { value, until: end + Math.max(believed, 50 * (end - start)) });
  return value;
}

function statFile(path: string): Stat | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    return stat?.isFile() ? { size: Number(stat.size), sign: fileSign(stat) } : undefined;
  } catch {
    return undefined;
  }
}

function readStart(path: string, bytes: number): Uint8Array {
  const block = Buffer.alloc(bytes);
  const file = openSync(path, "r");
  try {
    return block.subarray(0, readSync(file, block));
  } finally {
    closeSync(file);
  }
}

function globFiles(pattern: string): string[] {
  // the pattern is absolute; on Windows its separators would read as escapes
  const portable = process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern;
  return globSync(portable, { absolute: true, onlyFiles: true, dot: false }).sort();
}

/** A cache can be made again. */
function readCache(path: string): Record<string, KnownContent> {
  try {
    const read = parseRecord(readFileSync(path, "utf8"), knownContents);
    return "value" in read ? read.value : {};
  } catch {
    return {};
  }
}
