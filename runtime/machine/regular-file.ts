import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { Obstacle } from "#runtime/contract/system-error.ts";

/**
 * Opens a file to be read, and nothing else that a path may lead to: a pipe would be waited for, a device such as `/dev/zero` has no
 * end, and a store may come from somebody else.
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
  throw new Obstacle(`${path} is no file; move what stands there away, then do it again`);
}

export function readRegularText(path: string): string {
  const file = openRegular(path);
  try {
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}
