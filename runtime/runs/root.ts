import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Obstacle } from "#runtime/contract/system-error.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { refuseLinks } from "./refuse-links.ts";
import { hasCode } from "./whole-files.ts";

/**
 * Makes the folder `.pretrain` next to a file, if it does not exist. Git is told to ignore it, since weights are large and can be computed
 * again. Throws `Obstacle` if something else has its name.
 */
export function makeStoreFolder(root: string): void {
  refuseLinks(root);
  const found = statSync(root, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw new Obstacle(`${root} is a file, and runs need a folder of that name beside the experiment; rename it or move it away`);
  makeFolders(root);
  keepOutOfGit(root);
}

/** Writes `.gitignore`. An existing file is not changed, since the user may have edited it. */
function keepOutOfGit(root: string): void {
  try {
    // "x" does not follow links either
    writeFileSync(join(root, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}
