import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { check } from "./check-specification.ts";
import { compile } from "./compile.ts";
import { type CostModel, tracedCosts } from "./costs.ts";
import { notExportable } from "./exportable.ts";
import { canonical } from "./fingerprint.ts";
import type { Files } from "./planning-files.ts";
import { taskReader } from "./task-reader.ts";

/**
 * All problems of a specification: of its declarations, of the plan of each, and of what can be done with the models afterwards.
 * `memoryBytes`: memory of the machine. `costs`: a cost model that callers keep for repeated calls.
 */
export function problemsOf(spec: Spec, files: Files, memoryBytes?: number, costs: CostModel = tracedCosts()): Problem[] {
  const taskOf = taskReader(spec, withoutContent(files));
  const planned = withJobs(spec).flatMap(
    (name) =>
      compile(spec, { kind: "declaration", name }, withoutContent(files), {
        costs,
        taskOf,
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      }).problems,
  );
  return distinctProblems([...check(spec, files, taskOf), ...planned, ...notExportable(spec)]);
}

/** Names of all declarations that have jobs; those that others read come first. */
export function withJobs(spec: Spec): string[] {
  return [spec.corpora, spec.tokenizers, spec.pretrainings, spec.finetunings, spec.probes, spec.comparisons].flatMap(Object.keys);
}

/** Problems without repetition, since several declarations can share one; the first is kept, as it has the most context. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  const first = new Map<string, Problem>();
  for (const problem of problems) {
    const key = canonical([problem.path, problem.message]);
    if (!first.has(key)) first.set(key, problem);
  }
  return [...first.values()];
}

/** Access to files without hashing their content, on which no problem depends, so that large files need not be read. */
function withoutContent(files: Files): Files {
  return {
    ...files,
    fingerprint(path) {
      const bytes = files.size(path);
      return bytes === null ? null : { bytes, sha256: path };
    },
  };
}
