/** What reading a task needs of the file system. A file that is not there is null, not an error. */
export interface TextFiles {
  /** The whole content. */
  read(path: string): Uint8Array | null;
  /** In bytes; null where there is no file. */
  size(path: string): number | null;
  /** Absolute paths that match an absolute pattern, sorted. */
  glob(pattern: string): string[];
  /** Size and SHA-256 (hex) of the content. */
  fingerprint(path: string): { bytes: number; sha256: string } | null;
}
