import { readFileSync, statSync } from "node:fs";

/** A small file of the cache as text; null if it does not exist, or if it is larger than any file that a download writes. */
export function readBounded(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && stat.size <= maxBytes ? readFileSync(path, "utf8") : null;
  } catch {
    return null;
  }
}

/** Maximum size in bytes: the paths of several hundred thousand files, which are read in a tenth of a second. */
const maxBytes = 8 << 20;
