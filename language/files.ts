import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { escapePath } from "tinyglobby";
import { isPattern, matchingFilesNow } from "./matching-files.ts";

/** What validation asks of the files that declarations name. Paths are absolute. */
export interface DataFiles {
  /** There is a file, not a folder. */
  isFile(path: string): boolean;
  /** What a pattern matches; a name without wildcards is its own pattern. */
  matches(pattern: string): Matched;
  /** The files that it matches, as far as they are known. */
  found(pattern: string): readonly string[];
  /** False where a path leads out of what may be read now. */
  mayRead(path: string): boolean;
}

/** `unknown`: it is being looked for. `too-wide`: the pattern leads through more than is looked at. */
export type Matched = "some" | "none" | "unknown" | "too-wide";

export const dataFilesOnDisk: DataFiles = {
  isFile,
  matches: (pattern) => (isFile(pattern) || !isPattern(pattern) ? matchedBy(isFile(pattern), false) : matchedNow(pattern)),
  found: (pattern) => matchingFilesNow(pattern).paths,
  mayRead: () => true,
};

/** A pattern that was cut short says nothing of what it matches. */
export function matchedBy(any: boolean, cut: boolean): Matched {
  if (cut) return "too-wide";
  return any ? "some" : "none";
}

function matchedNow(pattern: string): Matched {
  const { paths, cut } = matchingFilesNow(pattern);
  return matchedBy(paths.length > 0, cut);
}

/** A path that stands in a file of `folder`, as an absolute one. */
export function absolutePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** Likewise a pattern; what looks like a wildcard in the folder's own name is none. */
export function absolutePattern(folder: string, pattern: string): string {
  return posix.isAbsolute(pattern) ? pattern : posix.normalize(posix.join(escapedPath(folder), pattern));
}

/** A path as a pattern that it alone matches. */
export function escapedPath(path: string): string {
  return escapePath(path.replaceAll("\\", "/"));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
