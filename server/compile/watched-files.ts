import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { allIn, isPattern, literalPath, pathsFrom } from "#language/matching-files.ts";
import { matchedBy, type ReferencedFiles } from "#language/referenced-files.ts";
import { type Files, filesOf } from "#runtime/compile/planning-files.ts";
import { cachedData, cachedModel } from "#runtime/hub/cache.ts";
import { probablySameBytes } from "#runtime/machine/same-bytes.ts";
import type { Trust } from "../workspace/workspace-trust.ts";
import { type Believed, believedOr } from "./believed.ts";
import { type FileStat, fileHashes, statFile } from "./file-hashes.ts";
import { patternLookups } from "./pattern-lookups.ts";

/**
 * The compiler's view of the disk, for a program that asks at every keystroke. Answers are cached briefly, and unchanged files are never
 * read twice. Large files are hashed in the background; until then their SHA-256 is `unread`. Patterns are searched in the background too;
 * until then they have their previous matches, or none.
 */
export interface WatchedFiles extends Files, ReferencedFiles {
  /** A text that changes when a file that matches one of the patterns does. */
  signature(patterns: readonly string[]): string;
  /** Resolves once the patterns' matches and the contents of the hub's cached data sets are known. */
  looked(patterns: readonly string[], ofHub?: readonly string[]): Promise<void>;
  /** Paths and names of the hub that were requested but may not be read before the workspace is trusted. */
  refused(): ReadonlySet<string>;
  /** Drops all cached answers, because files have changed. */
  forget(): void;
  /** Adds the hashes that the command line left in a `.pretrain` folder. */
  remember(store: string): void;
}

export interface WatchedEvents {
  /** Called when a file that was `unread` has been read. */
  onRead(): void;
  /** Called when a pattern matches other files than before. */
  onFound(): void;
}

export function watchedFiles(trust: Trust, { onRead, onFound }: WatchedEvents): WatchedFiles {
  const stats = new Map<string, Believed<FileStat | undefined>>();
  const patterns = patternLookups((path) => trust.mayRead(path), onFound);
  const hashes = fileHashes({ onRead, onGone: (path) => stats.delete(path) });
  const guard = guarded(trust);
  const hub = hubData();

  const statOf = (path: string) => believedOr(stats, path, () => (guard.mayRead(path) ? statFile(path) : undefined));
  const glob = (pattern: string) => {
    const named = literalPath(pattern);
    if (statOf(named)) return [named];
    return isPattern(pattern) ? (patterns.found(pattern)?.paths ?? []) : [];
  };

  return {
    glob,
    read: (path) => (statOf(path) ? readFileSync(path) : null),
    start: (path, bytes) => (statOf(path) ? readStart(path, bytes) : null),
    hubModel: (name) => (guard.mayUseHub(name) ? cachedModel(name) : null),
    hubData(name) {
      const data = guard.mayUseHub(name) ? hub.of(name) : null;
      if (!data) return null;
      const { folder, listed } = data;
      return { folder, paths: listed ?? pathsFrom(folder, patterns.found(allIn(folder))?.paths ?? []) };
    },
    size: (path) => statOf(path)?.size ?? null,
    sameBytes: probablySameBytes,
    fingerprint(path) {
      const stat = statOf(path);
      return stat ? { bytes: stat.size, sha256: hashes.hashOf(path, stat) } : null;
    },
    isFile: (path) => statOf(path) !== undefined,
    matches(pattern) {
      const isNamed = statOf(literalPath(pattern)) !== undefined;
      if (!isPattern(pattern) || isNamed) return matchedBy(isNamed, false);
      const found = patterns.found(pattern);
      return found ? matchedBy(found.paths.length > 0, found.cut) : "unknown";
    },
    found: glob,
    mayRead: (path) => trust.mayRead(path),
    async looked(requested, ofHub = []) {
      const unlisted = trust.isGranted() ? hub.unlisted(ofHub) : [];
      await Promise.all([...requested.filter((pattern) => isPattern(pattern)), ...unlisted].map(patterns.walked));
    },
    refused: () => guard.refused,
    signature(requested) {
      const each = filesOf(requested, { glob } as Files).map((path) => {
        const stat = statOf(path);
        return stat ? `${path} ${stat.sign} ${hashes.isKnown(path, stat)}` : path;
      });
      return [patterns.changes(), ...each].join("\n");
    },
    forget() {
      stats.clear();
      hub.forget();
      guard.refused.clear();
      patterns.forget();
    },
    remember(store) {
      const path = join(store, "cache", "fingerprints.json");
      if (trust.mayRead(path)) hashes.takeOver(path);
    },
  };
}

/** Checks whether a path may be read, and records refusals. */
function guarded(trust: Trust) {
  const refused = new Set<string>();
  const noted = (isAllowed: boolean, name: string) => {
    if (!isAllowed) refused.add(name);
    return isAllowed;
  };
  return {
    refused,
    mayRead: (path: string) => noted(trust.mayRead(path), path),
    mayUseHub: (name: string) => noted(trust.isGranted(), name),
  };
}

/** Data sets in this machine's hub cache. */
function hubData() {
  const known = new Map<string, Believed<ReturnType<typeof cachedData>>>();
  const of = (name: string) => believedOr(known, name, () => cachedData(name));
  return {
    of,
    /** Patterns for all files of the data sets without a list of files. */
    unlisted(names: readonly string[]): string[] {
      const found = names.map(of);
      return found.flatMap((data) => (data && data.listed === null ? [allIn(data.folder)] : []));
    },
    forget: () => known.clear(),
  };
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
