import { dirname, join } from "node:path";

/** The folder `.pretrain` next to a file. */
export function storeRoot(file: string): string {
  return join(dirname(file), ".pretrain");
}
