import { statfsSync } from "node:fs";

/** Number of bytes that this process may still write to the disk of a folder, which must exist. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
