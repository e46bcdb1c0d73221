import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { escapePath } from "tinyglobby";
import { isPattern, literalPath, matchingFilesNow, portable } from "./matching-files.ts";

/** The file system as validation sees it: the files that declarations name. Paths are absolute. */
export interface ReferencedFiles {
  /** Whether the path is a file, not a folder. */
  isFile(path: string): boolean;
  /** Whether a pattern matches a file. A name without wildcards is a pattern that matches itself. */
  matches(pattern: string): PatternMatch;
  /** The matching files, as far as they are known. */
  found(pattern: string): readonly string[];
  /** False if the path leads outside the folders that may be read now. */
  mayRead(path: string): boolean;
}

/** `unknown`: the search is still running. `too-wide`: the pattern covers more files than the search may visit. */
export type PatternMatch = "some" | "none" | "unknown" | "too-wide";

export const dataFilesOnDisk: ReferencedFiles = {
  isFile,
  matches(pattern) {
    const isNamed = isFile(literalPath(pattern));
    return isNamed || !isPattern(pattern) ? matchedBy(isNamed, false) : matchedNow(pattern);
  },
  found: (pattern) => matchingFilesNow(pattern).paths,
  mayRead: () => true,
};

/** The result of a search. A search that was cut short does not show that nothing matches. */
export function matchedBy(any: boolean, cut: boolean): PatternMatch {
  if (cut) return "too-wide";
  return any ? "some" : "none";
}

function matchedNow(pattern: string): PatternMatch {
  const { paths, cut } = matchingFilesNow(pattern);
  return matchedBy(paths.length > 0, cut);
}

/** Resolves a path written in a file of `folder`. */
export function absolutePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** Resolves a pattern written in a file of `folder`. Wildcard characters in the folder's own name are escaped. */
export function absolutePattern(folder: string, pattern: string): string {
  return posix.isAbsolute(pattern) ? pattern : posix.normalize(posix.join(escapedPath(folder), pattern));
}

/** A pattern that matches this path and no other. */
export function escapedPath(path: string): string {
  return escapePath(portable(path));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
