import { readFileSync, statSync } from "node:fs";

/** A small file of the cache as text; null where it is not there, or larger than any that a download leaves. */
export function readBounded(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && stat.size <= mostBytes ? readFileSync(path, "utf8") : null;
  } catch {
    return null;
  }
}

/** Paths of some hundred thousand files: they are read in a tenth of a second. */
const mostBytes = 8 << 20;
