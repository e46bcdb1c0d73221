import { readFileSync } from "node:fs";
import type { MajorityResult, Score } from "#runtime/contract/artifacts.ts";
import type { MajorityJob, ResolvedTask } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { scoreClassification } from "#runtime/metrics/table.ts";
import { isMissing } from "#runtime/store/files.ts";
import { readExamples } from "#runtime/tasks/examples.ts";
import { JobFailure } from "./context.ts";

/**
 * Always answers with the training set's most frequent label (of equally frequent ones the first in order) and scores that: what
 * a model must beat to have learned anything. Throws `JobFailure` where the files changed since the plan was made.
 */
export async function majority(job: MajorityJob): Promise<MajorityResult> {
  const { labels } = job.task;
  const answer = mostFrequent(classesOf(job.task, "train"), labels.length);
  const scores = (["validation", "test"] as const).flatMap((split): Score[] => {
    const gold = classesOf(job.task, split);
    const predicted = gold.map(() => answer);
    return scoreClassification(gold, predicted, labels.length).map((score) => ({ ...score, split, n: gold.length }));
  });
  return { label: labels[answer]!, scores };
}

function classesOf(task: ResolvedTask, split: Split): number[] {
  const { examples, problems } = readExamples(task, split, readOrNull);
  const error = problems.find(({ severity }) => severity === "error");
  if (error) throw new JobFailure(error.message);
  if (examples.length === 0) throw new JobFailure(`the ${split} split has no examples; give it a file or a larger share`);
  return examples.map(({ label, id }) => {
    const found = task.labels.indexOf(label);
    if (found < 0) throw new JobFailure(`${id}: the label "${label}" is none of ${task.labels.join(", ")}; plan again`);
    return found;
  });
}

function mostFrequent(classes: readonly number[], count: number): number {
  const counts = new Array<number>(count).fill(0);
  for (const each of classes) counts[each]! += 1;
  return counts.indexOf(Math.max(...counts));
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
