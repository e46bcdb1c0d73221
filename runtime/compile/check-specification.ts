import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { usesOf } from "./cells.ts";
import { canonical } from "./fingerprint.ts";
import { withHubData } from "./hub-data.ts";
import { withKnownModels } from "./known-checkpoints.ts";
import type { Files } from "./planning-files.ts";
import { rules } from "./rules/all-rules.ts";
import { type ReadTask, taskReader } from "./task-reader.ts";

/**
 * The problems of a specification as a whole, which the form of a single value does not show. Names that do not resolve and values out
 * of range were reported when the text was read; they are ignored here.
 */
export function check(spec: Spec, files: Files, taskOf: ReadTask = taskReader(spec, files)): Problem[] {
  const { spec: whole } = withKnownModels(withHubData(spec, files), files);
  const checked = { spec: whole, files, taskOf, uses: usesOf(whole) };
  const found = rules.flatMap((rule) => rule(checked));
  // several cells can share a problem
  return [...new Map(found.map((problem) => [canonical(problem), problem])).values()];
}
