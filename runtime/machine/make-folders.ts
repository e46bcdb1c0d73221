import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Obstacle } from "#runtime/contract/system-error.ts";

/**
 * Makes a folder and those above it that are not there. Node's own `recursive` never returns where a file system makes no folders, as in
 * /proc (it takes "not there" for a folder above that is missing).
 */
export function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && isFolder(above)) throw new Obstacle(`no folder can be made in ${above}; name another place`);
    // somebody else was quicker
    if (code !== "EEXIST" || !isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
