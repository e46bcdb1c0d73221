import type { SeenFiles } from "#runtime/contract/seen-files.ts";

/**
 * What the compiler sees of the file system: enough to check a specification and to fingerprint its inputs. Paths are
 * absolute. Asking for a file that is not there is an answer (null), not an error.
 */
export interface Files extends SeenFiles {
  /** Files that match a glob pattern, sorted; a plain path matches itself. */
  glob(pattern: string): string[];
  /** The folder of a model that was downloaded from the hub. */
  hubModel(name: string): string | null;
  /** A data set that was downloaded from the hub: where, and the paths of all files that its repository has. */
  hubData(name: string): { folder: string; paths: readonly string[] } | null;
  /** Size and SHA-256 (hex) of the content. */
  fingerprint(path: string): { bytes: number; sha256: string } | null;
}

/** All files that some pattern matches, each once, sorted: the order of the patterns changes nothing. */
export function filesOf(patterns: readonly string[], files: Files): string[] {
  return [...new Set(patterns.flatMap((pattern) => files.glob(pattern)))].sort();
}

/** Their bytes together. */
export function sizeOf(patterns: readonly string[], files: Files): number {
  return filesOf(patterns, files).reduce((sum, path) => sum + (files.size(path) ?? 0), 0);
}
