import { join } from "node:path";
import type { MajorityResult, Score } from "#runtime/contract/artifacts.ts";
import type { MajorityJob, ResolvedTask } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readClassified } from "#runtime/data/labelled.ts";
import { scoreClassification } from "#runtime/metrics/table.ts";
import { writeWhole } from "#runtime/store/files.ts";
import type { JobContext } from "./context.ts";

/**
 * Always answers with the training set's most frequent label (of equally frequent ones the first in order) and scores that: what
 * a model must beat to have learned anything. Throws `JobFailure` where the files changed since the plan was made.
 */
export async function majority(job: MajorityJob, context: Pick<JobContext, "folder">): Promise<MajorityResult> {
  const { labels } = job.task;
  const answer = mostFrequent(classesOf(job.task, "train"), labels.length);
  const scores = (["validation", "test"] as const).flatMap((split): Score[] => {
    const gold = classesOf(job.task, split);
    const predicted = gold.map(() => answer);
    const probabilities = gold.map(() => labels.map((_, label) => (label === answer ? 1 : 0)));
    return scoreClassification(gold, predicted, labels.length, probabilities).map((score) => ({ ...score, split, n: gold.length }));
  });
  const lines = readClassified(job.task, "test").map(
    ({ id, label }) => `${JSON.stringify({ id, label: labels[label], predicted: labels[answer] })}\n`,
  );
  writeWhole(join(context.folder, "predictions.jsonl"), lines.join(""));
  return { label: labels[answer]!, scores };
}

function classesOf(task: ResolvedTask, split: Split): number[] {
  return readClassified(task, split).map(({ label }) => label);
}

function mostFrequent(classes: readonly number[], count: number): number {
  const counts = new Array<number>(count).fill(0);
  for (const each of classes) counts[each]! += 1;
  return counts.indexOf(Math.max(...counts));
}
