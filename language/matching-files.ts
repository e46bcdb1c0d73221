import { type Dir, type Dirent, opendirSync, type readdir, type readdirSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { relative } from "node:path";
import { escapePath, type GlobOptions, glob, globSync, isDynamicPattern } from "tinyglobby";

/** How far a pattern may lead: `/**` would else read whole disks. */
export interface PatternBounds {
  /** Files and folders that are looked at. */
  entries: number;
  /** Folders within folders. */
  depth: number;
  seconds: number;
}

export const patternBounds: PatternBounds = { entries: 250_000, depth: 40, seconds: 5 };

export interface Matches {
  /** Absolute, sorted. */
  paths: string[];
  /** The pattern leads beyond the bounds: there may be more. */
  cut: boolean;
}

/** What to say of a pattern that leads beyond the bounds. */
export function tooWide(pattern: string): string {
  const entries = patternBounds.entries.toLocaleString("en-US");
  return `${pattern} leads through more than ${entries} files and folders, or through more than can be looked at in ${patternBounds.seconds} seconds. Begin the pattern with the folder that holds the files.`;
}

/** The files that an absolute pattern matches. */
export function matchingFilesNow(pattern: string, bounds: PatternBounds = patternBounds): Matches {
  const walk = walkWithin(bounds, () => true);
  const { folder, rest } = parted(pattern);
  const paths = globSync(rest, options(folder, bounds, walk));
  return { paths: paths.sort(), cut: walk.cut };
}

/** Likewise, letting other work through, and no later than the bounds say, even where a disk does not answer. */
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
  const { folder, rest } = parted(pattern);
  const paths = await Promise.race([glob(rest, options(folder, bounds, walk)), late]);
  clearTimeout(timer);
  return paths ? { paths: paths.sort(), cut: walk.cut } : { paths: [], cut: true };
}

export { isDynamicPattern as isPattern };

/** The pattern of all files of a folder, whatever characters its path has. */
export function allIn(folder: string): string {
  return `${escapePath(portable(folder))}/**`;
}

/** Absolute paths of files of a folder, from it on, with `/`. */
export function pathsFrom(folder: string, paths: readonly string[]): string[] {
  return paths.map((path) => relative(folder, path).replaceAll("\\", "/"));
}

interface Walk {
  cut: boolean;
  fs: NonNullable<GlobOptions["fs"]>;
}

/** On Windows the separators of a path would read as escapes. */
function portable(pattern: string): string {
  return process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern;
}

/**
 * The folder that a pattern names, and what of it is a pattern. From elsewhere the walk would begin at the folder that both are in, and
 * look at its neighbours, which may be many or may not answer.
 */
function parted(pattern: string): { folder: string; rest: string } {
  const parts = portable(pattern).split("/");
  const names = parts.findIndex((part, index) => signs.test(part) || parts.slice(index + 1).join("") === "");
  // a sign at the very beginning would turn the pattern round
  const rest = parts
    .slice(names)
    .join("/")
    .replace(/^!(?!\()/, "\\!");
  return { folder: `${parts.slice(0, names).join("/")}/`, rest };
}

/** Of which one may make a pattern of a name. */
const signs = /[*?[\]{}()!+@|\\]/;

function options(cwd: string, { depth }: PatternBounds, { fs }: Walk): GlobOptions {
  return { cwd, absolute: true, onlyFiles: true, dot: false, deep: depth, fs };
}

/** The file system as a walk sees it: folders are empty from the bound on. */
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
      // the folder is closed with the loop
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

/** Lets so many go on at once; the others wait. */
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
