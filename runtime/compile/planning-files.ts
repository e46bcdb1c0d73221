import type { SeenFiles } from "#runtime/contract/seen-files.ts";

/**
 * The compiler's access to the file system, sufficient to check a specification and to fingerprint its inputs. Paths are absolute. For a
 * file that does not exist, the answer is null, not an error.
 */
export interface Files extends SeenFiles {
  /** Files that match a glob pattern, in sorted order; a plain path matches itself. */
  glob(pattern: string): string[];
  /** The folder of a model that was downloaded from the hub; null if it was not. */
  hubModel(name: string): string | null;
  /** A data set that was downloaded from the hub: its folder, and the paths of all files in its repository; null if it was not. */
  hubData(name: string): { folder: string; paths: readonly string[] } | null;
  /** Size in bytes and SHA-256 (hex) of the content. */
  fingerprint(path: string): { bytes: number; sha256: string } | null;
}

/** The distinct files that match any of the patterns, in sorted order, so that the order of the patterns does not matter. */
export function filesOf(patterns: readonly string[], files: Files): string[] {
  return [...new Set(patterns.flatMap((pattern) => files.glob(pattern)))].sort();
}

/** The total size of the files that match any of the patterns, in bytes. */
export function bytesIn(patterns: readonly string[], files: Files): number {
  return filesOf(patterns, files).reduce((sum, path) => sum + (files.size(path) ?? 0), 0);
}

/** A glob pattern that matches only this path. */
export function escaped(path: string): string {
  return path.replace(/[()[\]{}!*?@+\\]/g, "\\$&");
}
