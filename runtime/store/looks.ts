import { join } from "node:path";
import { readJson, writeJson } from "./files.ts";

/**
 * `.pretrain/looks/<id>.json`: a comparison whose seeds are added until it is settled. `id` is that of the comparison with the
 * seeds that the text declares, so that one which was changed starts anew.
 */
export interface LooksRecord {
  /** Seeds at each look so far, ascending. */
  seeds: number[];
  /** Seeds at the last look that there may be. */
  most: number;
}

export function readLooks(root: string, id: string): LooksRecord | undefined {
  return readJson(looksFile(root, id));
}

export function writeLooks(root: string, id: string, record: LooksRecord): void {
  writeJson(looksFile(root, id), record);
}

function looksFile(root: string, id: string): string {
  return join(root, "looks", `${id}.json`);
}
