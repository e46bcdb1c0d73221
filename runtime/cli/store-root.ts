import { dirname, join } from "node:path";

/** The `.pretrain` folder beside a file. */
export function storeRoot(file: string): string {
  return join(dirname(file), ".pretrain");
}
