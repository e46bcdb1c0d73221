import { join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { type LooksRecord, looksRecord } from "#runtime/contract/records.ts";
import { readSealed, writeSealed } from "./files.ts";

/**
 * The interim analyses of a comparison so far; undefined if no seeds are added to it. Throws `JobFailure` if the file was changed: without
 * it, there would be more interim analyses than the verdicts are corrected for.
 */
export function readLooks(root: string, id: string): LooksRecord | undefined {
  const path = looksFile(root, id);
  const read = readSealed(path, looksRecord);
  if (read && "problem" in read)
    throw new JobFailure(`${path}: ${read.problem}. Delete it to start again with the seeds of the text (pretrain run --until settled)`);
  return read?.value;
}

export function writeLooks(root: string, id: string, record: LooksRecord): void {
  writeSealed(looksFile(root, id), record);
}

function looksFile(root: string, id: string): string {
  return join(root, "looks", `${id}.json`);
}
