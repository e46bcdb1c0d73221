import { closeSync, lstatSync, openSync, readlinkSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { naming, writeWhole } from "./files.ts";

/**
 * Writes a file in the user's own place: a link stays and what it leads to is written, a device or a pipe takes the content, and a file
 * is written whole and keeps its mode. Throws where the file may not be written, though its folder may.
 */
export function writeUserFile(path: string, content: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) writeWhole(placeOf(path), content);
  else if (found.isFile()) {
    const place = realpathSync(path);
    naming(path, () => closeSync(openSync(place, "r+")));
    writeWhole(place, content, found.mode & 0o7777);
  } else naming(path, () => writeFileSync(path, content));
}

/** Where a link leads to that leads to nothing yet. */
function placeOf(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  return placeOf(resolve(realpathSync(dirname(path)), readlinkSync(path)));
}
