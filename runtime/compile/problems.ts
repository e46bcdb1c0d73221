import type { Problem } from "#runtime/contract/problem.ts";
import type { Spec } from "#runtime/contract/spec.ts";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import { type CostModel, tracedCosts } from "./costs.ts";
import { notExportable } from "./exportable.ts";
import type { Files } from "./files.ts";
import { canonical } from "./fingerprint.ts";
import { taskReader } from "./task-reader.ts";

/**
 * Everything that is wrong with a specification: with its declarations, with the plan of each that has one, and with what is to be done
 * with the models afterwards. `memoryBytes`: of the machine. `costs`: kept by who asks again and again.
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

/** Every declaration for which there are jobs, those that others read first. */
export function withJobs(spec: Spec): string[] {
  return [spec.corpora, spec.tokenizers, spec.pretrainings, spec.finetunings, spec.probes, spec.comparisons].flatMap(Object.keys);
}

/** Several declarations can share one mistake: the first that says it knows the most, as it saw the whole file. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  const first = new Map<string, Problem>();
  for (const problem of problems) {
    const key = canonical([problem.path, problem.message]);
    if (!first.has(key)) first.set(key, problem);
  }
  return [...first.values()];
}

/** What is wrong does not depend on the hashes of large files, and nobody waits for them to be read. */
function withoutContent(files: Files): Files {
  return {
    ...files,
    fingerprint(path) {
      const bytes = files.size(path);
      return bytes === null ? null : { bytes, sha256: path };
    },
  };
}
