import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { isMissing } from "#runtime/runs/whole-files.ts";
import type { ExamplesByKind, TaskExamples } from "#runtime/tasks/example.ts";
import { exampleReader, type ReadFile } from "#runtime/tasks/examples.ts";
import { maxBytes } from "#runtime/tasks/formats/decompress.ts";

export type ExampleOf<T extends ResolvedTask> = ExamplesByKind[T["kind"]];

/** The examples of a split. Throws `JobFailure` if the files have changed since the plan was made. */
export function readTaskExamples<T extends ResolvedTask>(task: T, split: Split): ExampleOf<T>[] {
  return taskExampleReader(task)(split);
}

/** As `readTaskExamples`, for callers that read several splits: each file is read only once. */
export function taskExampleReader<T extends ResolvedTask>(task: T): (split: Split) => ExampleOf<T>[] {
  const read = exampleReader(task, (path) => readPlanned(task, path));
  return (split) => {
    const { examples, problems } = read(split) as TaskExamples<ExampleOf<T>>;
    const error = problems.find(({ severity }) => severity === "error");
    if (error) throw new JobFailure(error.message);
    if (examples.length === 0) throw new JobFailure(`the ${split} split has no examples; give it a file or a larger share`);
    return examples;
  };
}

/** Reads a file. Throws if it has changed since the plan was made, since its fingerprint would then be wrong. */
function readPlanned({ files }: ResolvedTask, path: string): ReturnType<ReadFile> {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) return "too large";
  const bytes = readOrNull(path);
  const planned = files.find((file) => file.path === path);
  if (bytes === null || planned === undefined) return bytes;
  if (createHash("sha256").update(bytes).digest("hex") === planned.sha256) return bytes;
  throw new JobFailure(`${path} changed since the plan was made; run again to make a new plan`);
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
