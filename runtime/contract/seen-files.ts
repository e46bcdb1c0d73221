/** Read access to the files of a checkpoint. Paths are absolute. For a file that does not exist, the answer is null, not an error. */
export interface SeenFiles {
  size(path: string): number | null;
  /** The whole content. */
  read(path: string): Uint8Array | null;
  /** This many bytes from the beginning, or fewer if the file is shorter. */
  start(path: string, bytes: number): Uint8Array | null;
  /** Whether two parts of files have the same bytes. */
  sameBytes(one: ByteRange, other: ByteRange): boolean;
}

/** A range of bytes in a file, from `start` up to but excluding `end`. */
export interface ByteRange {
  path: string;
  start: number;
  end: number;
}
