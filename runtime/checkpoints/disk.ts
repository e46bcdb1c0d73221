import { readFileSync, statSync } from "node:fs";
import { sameBytes } from "../machine/same-bytes.ts";
import type { SeenFiles } from "../models/checkpoints/files.ts";
import { readStart } from "../store/safetensors.ts";

/** A checkpoint's files as they are on the disk. */
export const disk: SeenFiles = {
  size: (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat.size : null;
  },
  read: (path) => readFileSync(path),
  start: readStart,
  sameBytes,
};
