import { readFileSync, statSync } from "node:fs";
import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { sameBytes } from "#runtime/machine/same-bytes.ts";
import { readStart } from "./safetensors.ts";

/** Access to the files of a checkpoint on the disk. */
export const disk: SeenFiles = {
  size: (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat.size : null;
  },
  read: (path) => readFileSync(path),
  start: readStart,
  sameBytes,
};
