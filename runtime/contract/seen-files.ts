/** What is seen of a checkpoint's files. Paths are absolute; asking for a file that is not there is an answer (null), not an error. */
export interface SeenFiles {
  size(path: string): number | null;
  /** The whole content. */
  read(path: string): Uint8Array | null;
  /** So many bytes from the beginning, or as many as there are. */
  start(path: string, bytes: number): Uint8Array | null;
  /** Whether two parts of files hold the same bytes. */
  sameBytes(one: Span, other: Span): boolean;
}

/** Bytes of a file. */
export interface Span {
  path: string;
  start: number;
  end: number;
}
