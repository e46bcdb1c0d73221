import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { usesOf } from "./cells.ts";
import { withKnownModels } from "./checkpoints.ts";
import type { Files } from "./files.ts";
import { canonical } from "./fingerprint.ts";
import { withHubData } from "./hub-data.ts";
import { rules } from "./rules/table.ts";
import { type TaskReader, taskReader } from "./task-reader.ts";

/**
 * What is wrong with a specification as a whole: everything that the shape of a single value does not tell. Names that do
 * not resolve and values out of range are found before, where the text is read; here they are passed over.
 */
export function check(spec: Spec, files: Files, taskOf: TaskReader = taskReader(spec, files)): Problem[] {
  const { spec: whole } = withKnownModels(withHubData(spec, files), files);
  const checked = { spec: whole, files, taskOf, uses: usesOf(whole) };
  const found = rules.flatMap((rule) => rule(checked));
  // Several cells can share one mistake.
  return [...new Map(found.map((problem) => [canonical(problem), problem])).values()];
}
