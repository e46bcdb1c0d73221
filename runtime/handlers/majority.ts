import type { MajorityResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { MajorityJob } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { taskExampleReader } from "#runtime/corpus/task-examples.ts";
import { writePredictions } from "#runtime/runs/prediction-files.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { definitionOf } from "#runtime/tasks/task-definitions.ts";

/**
 * The constant baseline: scores the same answer to every example, which a model must beat to have learned anything. Throws `JobFailure`
 * if the files have changed since the plan was made.
 */
export async function majority({ task }: MajorityJob, context: Pick<JobContext, "folder">): Promise<MajorityResult> {
  const { constantBaseline, score } = definitionOf(task.kind);
  const examplesOf = taskExampleReader(task);
  const { label, answer } = constantBaseline(() => examplesOf("train"), task.labels);
  const splits = task.validation === null ? (["test"] as const) : (["validation", "test"] as const);
  const scored = splits.map((split) => {
    const predictions = examplesOf(split).map(answer);
    const scores = score(predictions, task.labels).map((each): Score => ({ ...each, split, n: each.n ?? predictions.length }));
    return { split, scores, predictions: predictions.map(withoutProbabilities) };
  });
  writePredictions(context.folder, scored.at(-1)!.predictions);
  return {
    label,
    scores: scored.flatMap(({ split, scores, predictions }) => (split === "test" ? withStandardErrors(scores, task, predictions) : scores)),
  };
}

/** A prediction without probabilities, which for a constant baseline do not depend on the example. */
function withoutProbabilities<P extends Prediction>(prediction: P): P {
  const { probabilities: _, ...kept } = prediction as P & { probabilities?: number[] };
  return kept as P;
}
