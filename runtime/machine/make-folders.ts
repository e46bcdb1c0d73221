import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Obstacle } from "#runtime/contract/system-error.ts";

/**
 * Makes a folder and its missing parent folders. Node's own `recursive` never returns on a file system without new folders, such as /proc,
 * because it mistakes the error for a missing parent folder.
 */
export function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && isFolder(above)) throw new Obstacle(`no folder can be created in ${above}; name another place`);
    // another process was faster
    if (code !== "EEXIST" || !isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
