import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DataFiles, matchedBy } from "#language/files.ts";
import { allIn, isPattern, type Matches, matchingFiles, pathsFrom } from "#language/matching-files.ts";
import { type Files, filesOf } from "#runtime/compile/files.ts";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { type KnownContent, knownContents } from "#runtime/contract/records.ts";
import { cachedData, cachedModel } from "#runtime/hub/cache.ts";
import { readRegularText } from "#runtime/machine/regular-file.ts";
import { probablySameBytes } from "#runtime/machine/same-bytes.ts";
import type { Trust } from "../workspace/trust.ts";

/**
 * The compiler's view of the disk for a program that asks again at every keystroke. What was seen is believed for a moment;
 * unchanged files are never read twice. Large files are hashed in the background: until then they have `unread` as their
 * SHA-256. Patterns are looked up in the background too: until then they match what they matched before, or nothing.
 */
export interface WatchedFiles extends Files, DataFiles {
  /** What the files matching the patterns are now, as text that changes when one of them does. */
  signature(patterns: readonly string[]): string;
  /** Resolves once it is known what the patterns match, and what data sets of the hub's cache hold. */
  looked(patterns: readonly string[], ofHub?: readonly string[]): Promise<void>;
  /** Paths and names of the hub that were asked for and may not be read before the workspace is trusted. */
  refused(): ReadonlySet<string>;
  /** Believes nothing that it saw: files were changed. */
  forget(): void;
  /** Takes over the fingerprints that the command line left in a `.pretrain` folder. */
  remember(store: string): void;
}

/** Stands for the SHA-256 of a file that is being read. */
export const unread = "being read";

export interface WatchedEvents {
  /** A file that was `unread` has been read. */
  onRead(): void;
  /** A pattern matches other files than was said. */
  onFound(): void;
}

export function watchedFiles(trust: Trust, { onRead, onFound }: WatchedEvents): WatchedFiles {
  const stats = new Map<string, Seen<Stat | undefined>>();
  const globs = new Map<string, Pattern>();
  const hub = new Map<string, Seen<ReturnType<typeof cachedData>>>();
  const refused = new Set<string>();
  let changes = 0;
  let forgotten = 0;
  let isTelling = false;
  const hashes = new Map<string, KnownContent>();
  const reading = new Set<string>();
  const stores = new Map<string, string>();
  let spent = { bytes: 0, since: 0 };

  const hubData = (name: string) => seen(hub, name, () => cachedData(name));
  const mayRead = (path: string) => trust.mayRead(path) || refuse(path);
  const statOf = (path: string) => seen(stats, path, () => (mayRead(path) ? statFile(path) : undefined));
  const glob = (pattern: string) => {
    if (!isPattern(pattern)) return statOf(pattern) ? [pattern] : [];
    return patternOf(pattern).found?.paths ?? [];
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
    hubModel: (name) => (trust.isGranted() || refuse(name) ? cachedModel(name) : null),
    hubData(name) {
      const data = trust.isGranted() || refuse(name) ? hubData(name) : null;
      if (!data) return null;
      const { folder, listed } = data;
      return { folder, paths: listed ?? pathsFrom(folder, patternOf(allIn(folder)).found?.paths ?? []) };
    },
    size: (path) => statOf(path)?.size ?? null,
    sameBytes: probablySameBytes,
    fingerprint(path) {
      const stat = statOf(path);
      return stat ? { bytes: stat.size, sha256: hashOf(path, stat) } : null;
    },
    isFile: (path) => statOf(path) !== undefined,
    matches(pattern) {
      if (!isPattern(pattern) || statOf(pattern)) return matchedBy(statOf(pattern) !== undefined, false);
      const { found } = patternOf(pattern);
      return found ? matchedBy(found.paths.length > 0, found.cut) : "unknown";
    },
    found: (pattern) => glob(pattern),
    mayRead: (path) => trust.mayRead(path),
    async looked(patterns, ofHub = []) {
      const unlisted = ofHub.flatMap((name) => {
        const data = trust.isGranted() ? hubData(name) : null;
        return data && data.listed === null ? [allIn(data.folder)] : [];
      });
      const wide = [...patterns.filter((pattern) => isPattern(pattern)), ...unlisted];
      await Promise.all(wide.map((pattern) => patternOf(pattern).walk));
    },
    refused: () => refused,
    signature(patterns) {
      const known = (path: string, stat: Stat) => hashes.get(path)?.sign === stat.sign;
      const each = filesOf(patterns, { glob } as Files).map((path) => {
        const stat = statOf(path);
        return stat ? `${path} ${stat.sign} ${known(path, stat)}` : path;
      });
      return [changes, ...each].join("\n");
    },
    forget() {
      stats.clear();
      hub.clear();
      refused.clear();
      forgotten++;
      for (const pattern of globs.values()) pattern.until = 0;
    },
    remember(store) {
      const path = join(store, "cache", "fingerprints.json");
      const stat = trust.mayRead(path) ? statFile(path) : undefined;
      if (!stat || stores.get(path) === stat.sign) return;
      stores.set(path, stat.sign);
      for (const [file, hashed] of Object.entries(readCache(path))) if (!hashes.has(file)) hashes.set(file, hashed);
    },
  };

  function refuse(name: string): false {
    refused.add(name);
    return false;
  }

  /** As it was last found, while it is looked up again where that was long ago. */
  function patternOf(pattern: string): Pattern {
    const known = globs.get(pattern) ?? { found: undefined, until: 0, walk: undefined };
    globs.set(pattern, known);
    if (known.walk === undefined && known.until <= performance.now()) known.walk = lookUp(pattern, known);
    return known;
  }

  async function lookUp(pattern: string, known: Pattern): Promise<void> {
    const start = performance.now();
    const asOf = forgotten;
    const found = await matchingFiles(pattern, (folder) => trust.mayRead(folder)).catch(() => ({ paths: [], cut: false }));
    const paths = found.paths.filter((path) => trust.mayRead(path));
    const end = performance.now();
    const isNews = known.found?.cut !== found.cut || known.found.paths.join("\n") !== paths.join("\n");
    known.found = { paths, cut: found.cut };
    known.until = asOf === forgotten ? end + Math.max(believed, 50 * (end - start)) : 0;
    known.walk = undefined;
    if (!isNews) return;
    changes++;
    if (isTelling) return;
    isTelling = true;
    // several patterns are mostly found at about the same time
    setTimeout(() => {
      isTelling = false;
      onFound();
    }, together);
  }

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

/** What a pattern matches. */
interface Pattern {
  /** Undefined before the first walk has ended. */
  found: Matches | undefined;
  until: number;
  /** Under way. */
  walk: Promise<void> | undefined;
}

interface Seen<T> {
  value: T;
  until: number;
}

/** Milliseconds for which an answer of the disk is believed; a slow one longer, so that asking takes a small part of the time. */
const believed = 500;
const together = 10;
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

/** A cache can be made again. */
function readCache(path: string): Record<string, KnownContent> {
  try {
    const read = parseRecord(readRegularText(path), knownContents);
    return "value" in read ? read.value : {};
  } catch {
    return {};
  }
}
