import type { EvaluateResult, FinetuneResult } from "#runtime/contract/artifacts.ts";
import { isOnTask } from "#runtime/contract/job-kinds.ts";
import type { CompareJob, EvaluateJob, FinetuneJob } from "#runtime/contract/plan.ts";
import type { Runs } from "./arms.ts";

/** Time when a run of this comparison first read the test split, ISO 8601; null: not yet. */
export function testFirstRead(job: CompareJob, runs: Runs): string | null {
  const times = finetuningsOf(job).flatMap((id) => {
    const result = runs.result(id);
    return result && "testReadAt" in result ? [result.testReadAt] : [];
  });
  return times.sort()[0] ?? null;
}

/**
 * One warning for each task whose test split was read by an earlier version of the comparison: choosing between versions by their test
 * scores turns the test split into a second validation split.
 */
export function earlierTestReads(job: CompareJob, runs: Runs): string[] {
  const own = new Set(finetuningsOf(job));
  const tasks = new Map<string, string>();
  for (const id of own) {
    const planned = runs.job(id);
    if (planned && isOnTask(planned)) tasks.set(testSplitOf(planned), planned.taskName);
  }
  const earlier = new Map<string, { job: DoneOnTask["job"]; at: string }[]>();
  for (const { job: other, result } of runs.onTasks()) {
    const split = testSplitOf(other);
    if (own.has(other.id) || !tasks.has(split) || !other.name.startsWith(`${job.comparison}: `)) continue;
    // no choice depends on the points of a learning curve
    if (other.at !== undefined) continue;
    earlier.set(split, [...(earlier.get(split) ?? []), { job: other, at: result.testReadAt }]);
  }
  return [...earlier].map(([split, reads]) => {
    const first = reads.toSorted((a, b) => (a.at < b.at ? -1 : 1))[0]!;
    return (
      `the test split of ${tasks.get(split)} was read for an earlier version of ${job.comparison}, first on ${first.at.slice(0, 10)} ` +
      `(${reads.length} ${reads.length === 1 ? "run" : "runs"}, including ${first.job.id}). Choosing between versions by these scores ` +
      "overfits the test split: choose on validation, and read the test split once"
    );
  });
}

/** Identifies a task's test examples by the content of its files. */
function testSplitOf({ task }: DoneOnTask["job"]): string {
  const file = task.files.find(({ path }) => path === task.test);
  return file ? file.sha256 : JSON.stringify([task.test, ...task.files.map(({ sha256 }) => sha256)]);
}

function finetuningsOf(job: CompareJob): string[] {
  const cells = job.cells.flatMap(({ runs }) =>
    runs.flatMap(({ finetunes, checkpoints = [] }) =>
      [...finetunes, ...checkpoints.flatMap((each) => each.finetunes)].map((each) => each.job),
    ),
  );
  return [...cells, ...job.baselines.map((each) => each.job)];
}

/** A finished job on a task: a fine-tuning, or an evaluation without training. */
export interface DoneOnTask {
  job: FinetuneJob | EvaluateJob;
  result: FinetuneResult | EvaluateResult;
}
