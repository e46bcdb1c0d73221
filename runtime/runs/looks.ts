import { join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { type LooksRecord, looksRecord } from "#runtime/contract/records.ts";
import { readSealed, writeSealed } from "./files.ts";

/**
 * How a comparison was looked at so far; undefined where no seeds are added to it. Throws `JobFailure` where the file is not what was
 * written: without it more looks would be taken than the verdicts are corrected for.
 */
export function readLooks(root: string, id: string): LooksRecord | undefined {
  const path = looksFile(root, id);
  const read = readSealed(path, looksRecord);
  if (read && "problem" in read)
    throw new JobFailure(`${path}: ${read.problem}. Delete it to begin anew with the seeds of the text (pretrain run --until settled)`);
  return read?.value;
}

export function writeLooks(root: string, id: string, record: LooksRecord): void {
  writeSealed(looksFile(root, id), record);
}

function looksFile(root: string, id: string): string {
  return join(root, "looks", `${id}.json`);
}
