import { join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { type InterimAnalysesRecord, interimAnalysesRecord } from "#runtime/contract/records.ts";
import { readSealed, writeSealed } from "./whole-files.ts";

/**
 * The interim analyses of a comparison so far; undefined if no seeds are added to it. Throws `JobFailure` if the file was changed: without
 * it, there would be more interim analyses than the verdicts are corrected for.
 */
export function readInterimAnalyses(root: string, id: string): InterimAnalysesRecord | undefined {
  const path = interimAnalysesFile(root, id);
  const read = readSealed(path, interimAnalysesRecord);
  if (read && "problem" in read)
    throw new JobFailure(`${path}: ${read.problem}. Delete it to start again with the seeds of the text (pretrain run --until settled)`);
  return read?.value;
}

export function writeInterimAnalyses(root: string, id: string, record: InterimAnalysesRecord): void {
  writeSealed(interimAnalysesFile(root, id), record);
}

function interimAnalysesFile(root: string, id: string): string {
  return join(root, "interim-analyses", `${id}.json`);
}
