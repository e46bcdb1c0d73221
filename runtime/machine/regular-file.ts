import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { Obstacle } from "#runtime/contract/system-error.ts";

/**
 * Opens a regular file for reading. Throws for anything else that a path may lead to, since a store may come from someone else: a pipe
 * would block, and a device such as `/dev/zero` has no end.
 */
export function openRegular(path: string): number {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (fstatSync(file).isFile()) return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  throw new Obstacle(`${path} is not a regular file; move it away and try again`);
}

export function readRegularText(path: string): string {
  const file = openRegular(path);
  try {
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}
