import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { escapePath, globSync } from "tinyglobby";

/** What validation asks of the files that declarations name. Paths are absolute. */
export interface DataFiles {
  /** There is a file, not a folder. */
  isFile(path: string): boolean;
  /** A pattern matches a file; a name without wildcards is its own pattern. */
  matchesAny(pattern: string): boolean;
}

export const dataFilesOnDisk: DataFiles = {
  isFile,
  matchesAny: (pattern) => isFile(pattern) || globSync(pattern, { absolute: true, onlyFiles: true, expandDirectories: false }).length > 0,
};

/** A path that stands in a file of `folder`, as an absolute one. */
export function absolutePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** Likewise a pattern; what looks like a wildcard in the folder's own name is none. */
export function absolutePattern(folder: string, pattern: string): string {
  return posix.isAbsolute(pattern) ? pattern : posix.normalize(posix.join(escapePath(folder.replaceAll("\\", "/")), pattern));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
