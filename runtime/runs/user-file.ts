import { closeSync, lstatSync, openSync, readlinkSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { naming, writeWhole } from "./whole-files.ts";

/**
 * Writes a file at a path of the user's choice: links are followed and kept, devices and pipes receive the content, and a regular file is
 * written atomically and keeps its mode. Throws if the file may not be written, even if its folder may.
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

/** The target of a link that does not exist yet. */
function placeOf(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  return placeOf(resolve(realpathSync(dirname(path)), readlinkSync(path)));
}
