import { type Dir, type Dirent, opendirSync, type readdir, type readdirSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { normalize, relative } from "node:path";
import { escapePath, type GlobOptions, glob, globSync, isDynamicPattern } from "tinyglobby";

/** Limits on how far a pattern may search. Without them, `/**` would read whole disks. */
export interface PatternBounds {
  /** Maximum number of files and folders to visit. */
  entries: number;
  /** Maximum depth of nested folders. */
  depth: number;
  seconds: number;
}

export const patternBounds: PatternBounds = { entries: 250_000, depth: 40, seconds: 5 };

export interface Matches {
  /** Absolute and sorted. */
  paths: string[];
  /** Whether the search reached its bounds, so that there may be more matches. */
  cut: boolean;
}

/** The message for a pattern that exceeds the bounds. */
export function tooWide(pattern: string): string {
  const entries = patternBounds.entries.toLocaleString("en-US");
  return `${pattern} covers more than ${entries} files and folders, or more than can be visited in ${patternBounds.seconds} seconds. Begin the pattern with the folder that holds the files.`;
}

/** The files that an absolute pattern matches, found synchronously. */
export function matchingFilesNow(pattern: string, bounds: PatternBounds = patternBounds): Matches {
  const walk = walkWithin(bounds, () => true);
  const { folder, rest } = splitPattern(pattern);
  const paths = globSync(rest, options(folder, bounds, walk));
  return { paths: paths.sort(), cut: walk.cut };
}

/**
 * The files that an absolute pattern matches. Other work runs meanwhile, and the search ends within the bounds even if a disk does not
 * respond.
 */
export async function matchingFiles(
  pattern: string,
  mayRead: (folder: string) => boolean = () => true,
  bounds: PatternBounds = patternBounds,
): Promise<Matches> {
  const walk = walkWithin(bounds, mayRead);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), 1000 * (bounds.seconds + 1));
  });
  const { folder, rest } = splitPattern(pattern);
  const paths = await Promise.race([glob(rest, options(folder, bounds, walk)), late]);
  clearTimeout(timer);
  return paths ? { paths: paths.sort(), cut: walk.cut } : { paths: [], cut: true };
}

/** Whether a pattern has wildcards. Each part counts too: escaped braces would hide the wildcards after them. */
export function isPattern(pattern: string): boolean {
  return isDynamicPattern(pattern) || pattern.split("/").some((part) => isDynamicPattern(part.replace(/^!(?!\()/, "")));
}

/**
 * The path that a pattern names if its wildcards count as ordinary characters and its escapes as what they escape. A file of that name is
 * meant first: `draft (1).txt` is a usual name, and so is a folder `[old]`.
 */
export function literalPath(pattern: string): string {
  return pattern.replace(/\\([()[\]{}!*?@+|\\])/g, "$1");
}

/** A pattern for all files of a folder, whatever characters its path contains. */
export function allIn(folder: string): string {
  return `${escapePath(portable(folder))}/**`;
}

/** Absolute paths of files as paths relative to the folder, with `/` as the separator. */
export function pathsFrom(folder: string, paths: readonly string[]): string[] {
  return paths.map((path) => relative(folder, path).replaceAll("\\", "/"));
}

interface Walk {
  cut: boolean;
  fs: NonNullable<GlobOptions["fs"]>;
}

/** Replaces Windows separators, which a pattern would read as escapes. */
export function portable(pattern: string): string {
  return process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern;
}

/**
 * Splits a pattern into the folder to start at and the rest. If the walk started elsewhere, it would begin at a common parent folder and
 * visit its other children, which may be many or may not respond.
 */
function splitPattern(pattern: string): { folder: string; rest: string } {
  const parts = portable(pattern).split("/");
  const names = parts.findIndex((part, index) => signs.test(part.replace(/\\./g, "")) || parts.slice(index + 1).join("") === "");
  // a wildcard as the first character would negate the pattern
  const rest = parts
    .slice(names)
    .join("/")
    .replace(/^!(?!\()/, "\\!");
  return { folder: normalize(`${parts.slice(0, names).map(literalPath).join("/")}/`), rest };
}

/** A name that contains one of these characters without an escape may be a pattern, or a part of one. */
const signs = /[*?[\]{}()!+@|\\]/;

function options(cwd: string, { depth }: PatternBounds, { fs }: Walk): GlobOptions {
  return { cwd, absolute: true, onlyFiles: true, dot: false, deep: depth, fs };
}

/** The file system for a bounded walk: beyond the bounds, folders appear empty. */
function walkWithin({ entries, seconds }: PatternBounds, mayRead: (folder: string) => boolean): Walk {
  let left = entries;
  const turns = turnsOf(openFolders);
  const until = performance.now() + 1000 * seconds;
  const walk: Walk = { cut: false, fs: { readdir: readLater as typeof readdir, readdirSync: readNow as unknown as typeof readdirSync } };
  return walk;

  function readNow(folder: string): Dirent[] {
    if (isOver() || !mayRead(folder)) return [];
    const opened = opendirSync(folder, { bufferSize });
    try {
      const found: Dirent[] = [];
      for (let entry = opened.readSync(); entry && count(); entry = opened.readSync()) found.push(entry);
      return found;
    } finally {
      opened.closeSync();
    }
  }

  function readLater(folder: string, _: object, done: (error: Error | null, entries: Dirent[]) => void): void {
    entriesOf(folder).then(
      (found) => done(null, found),
      (error: Error) => done(error, []),
    );
  }

  async function entriesOf(folder: string): Promise<Dirent[]> {
    await turns.take();
    try {
      if (isOver() || !mayRead(folder)) return [];
      const opened: Dir = await opendir(folder, { bufferSize });
      const found: Dirent[] = [];
      // leaving the loop closes the folder
      for await (const entry of opened) {
        if (!count()) break;
        found.push(entry);
      }
      return found;
    } finally {
      turns.give();
    }
  }

  function count(): boolean {
    left--;
    return !isOver();
  }

  function isOver(): boolean {
    walk.cut ||= left < 0 || performance.now() > until;
    return walk.cut;
  }
}

const bufferSize = 512;
const openFolders = 8;

/** Limits concurrency: `free` tasks run at once; others wait. */
function turnsOf(free: number): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let left = free;
  return {
    take: () => (left-- > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    give() {
      left++;
      waiting.shift()?.();
    },
  };
}
