/** What is wrong with compressed files, for whoever reads them; each behind the file's name. */

export const parquetInside = "a Parquet file is read from its end and compressed inside; decompress it";

export const zstandardMissing = `Zstandard needs Node 22.15 or later, and this is ${process.version}; decompress the file, or use another Node`;

export function damaged(error: unknown): string {
  return `the compressed data is damaged or cut off (${(error as Error).message}); get the file anew`;
}

export function notParquet(reason: string): string {
  return `not a Parquet file that can be read (${reason}); get the file anew, or write it anew`;
}
