import { formatBytes } from "#runtime/contract/numbers.ts";
import type { Run } from "../runs/model.ts";

/** A run and its size on disk, in bytes. */
export interface SizedRun {
  run: Pick<Run, "kind" | "name">;
  bytes: number;
}

export function deleteQuestion(runs: readonly SizedRun[]): { message: string; detail: string } {
  const bytes = formatBytes(runs.reduce((sum, each) => sum + each.bytes, 0));
  const again = "Deleted jobs are run again when a later run needs them.";
  const [only] = runs;
  if (runs.length === 1 && only) return { message: `Delete the ${only.run.kind} ${only.run.name} (${bytes})?`, detail: again };
  const named = runs.slice(0, maxNamed).map(({ run, bytes: each }) => `${run.kind} ${run.name} (${formatBytes(each)})`);
  const more = runs.length > maxNamed ? [`and ${runs.length - maxNamed} more`] : [];
  return { message: `Delete ${runs.length} runs (${bytes})?`, detail: [...named, ...more, "", again].join("\n") };
}

const maxNamed = 8;
