import { readFileSync } from "node:fs";
import type { ResolvedTask } from "../contract/plan.ts";
import type { Split } from "../contract/spec.ts";
import { JobFailure } from "../jobs/context.ts";
import { isMissing } from "../store/files.ts";
import { readExamples } from "../tasks/examples.ts";

export interface ClassifiedExample {
  text: string;
  /** Index into the task's labels. */
  label: number;
  /** File name and line. */
  id: string;
}

/** A split's examples with their labels as classes. Throws `JobFailure` where the files are no longer what was planned. */
export function readClassified(task: ResolvedTask, split: Split): ClassifiedExample[] {
  const { examples, problems } = readExamples(task, split, readOrNull);
  const error = problems.find(({ severity }) => severity === "error");
  if (error) throw new JobFailure(error.message);
  if (examples.length === 0) throw new JobFailure(`the ${split} split has no examples; give it a file or a larger share`);
  return examples.map(({ text, label, id }) => {
    const found = task.labels.indexOf(label);
    if (found < 0) throw new JobFailure(`${id}: the label "${label}" is none of ${task.labels.join(", ")}; plan again`);
    return { text, label: found, id };
  });
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
