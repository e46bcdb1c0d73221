import { statfsSync } from "node:fs";

/** Bytes that this process may still write to the disk of a folder, which must be there. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
