import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { groupBy } from "#runtime/contract/group.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { meanOf } from "#runtime/scoring/statistics.ts";
import type { Arm, Runs } from "./arms.ts";

/** The results of the contamination checks that are done. */
export function contaminationOf(job: CompareJob, runs: Runs): ComparisonResult["contamination"] {
  return job.contamination.flatMap(({ task, corpus, job: id }) => {
    const result = runs.contamination(id);
    return result ? [{ task, corpus, ...result }] : [];
  });
}

/** The mean without contaminated examples; null if there are none, or if a run did not keep its answers. */
export function meanWithoutContaminated(
  arm: Arm,
  task: string,
  metric: string,
  contamination: ComparisonResult["contamination"],
  runs: Runs,
): number | null {
  const contaminated = new Set(contamination.filter((each) => each.task === task).flatMap((each) => each.contaminated));
  if (contaminated.size === 0) return null;
  const scores = arm.measured
    .filter((run) => run.task === task)
    .map((run) => {
      const items = runs.items(run.job);
      const scorer = items?.scorer(metric);
      if (!items || !scorer) return { seed: run.seed, score: undefined };
      const clean = Int32Array.from(items.ids.keys()).filter((index) => !contaminated.has(items.ids[index]!));
      return { seed: run.seed, score: clean.length > 0 ? scorer(clean) : undefined };
    });
  // the metric may be undefined on the remaining examples
  if (scores.length === 0 || !scores.every(({ score }) => Number.isFinite(score))) return null;
  return meanOf([...groupBy(scores, ({ seed }) => seed).values()].map((of) => meanOf(of.map(({ score }) => score!))));
}

/** Notes on scores that cannot be computed without the contaminated examples. */
export function missingWithoutContaminated(
  summary: ComparisonResult["summary"],
  contamination: ComparisonResult["contamination"],
): string[] {
  const affected = new Set(contamination.filter(({ contaminated }) => contaminated.length > 0).map(({ task }) => task));
  const lacking = summary.filter(({ task, without_contaminated }) => affected.has(task) && without_contaminated === null);
  return [...groupBy(lacking, ({ task, metric }) => `${task}.${metric}`)].map(
    ([score, of]) =>
      `no ${score} without contaminated examples for ${of.map(({ cell }) => cell).join(", ")}: single answers are unknown, or the score is undefined on the remaining examples`,
  );
}

export function contaminationWarnings(contamination: ComparisonResult["contamination"]): string[] {
  return contamination
    .filter(({ contaminated }) => contaminated.length > 0)
    .map(
      ({ task, corpus, contaminated, items, examples }) =>
        `${contaminated.length} of ${items} test examples of ${task} occur verbatim in ${corpus}, including ${examples[0]!.id} ("${examples[0]!.words} …"): ` +
        "scores without them are shown next to the others",
    );
}
