/** Defects of compressed files, as the end of a message that begins with the file's name. */

export const parquetInside = "a Parquet file is read from its end and compressed inside; decompress it";

export const zstandardMissing = `Zstandard needs Node 22.15 or later, and this is ${process.version}; decompress the file, or use another Node`;

export function damaged(error: unknown): string {
  return `the compressed data is damaged or cut off (${(error as Error).message}); download the file again`;
}

export function notParquet(reason: string): string {
  return `not a Parquet file that can be read (${reason}); download the file again, or write it again`;
}
