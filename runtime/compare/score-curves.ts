import type { LearningCurve } from "#runtime/contract/artifacts.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import type { Resampler } from "#runtime/scoring/resample.ts";
import { estimate } from "#runtime/scoring/statistics.ts";
import type { Arm, EarlyArm } from "./arms.ts";
import { sampleOf } from "./samples.ts";

/** The scores of every task over the course of each cell's pre-training; points without any score are left out. */
export function learningCurves(job: CompareJob, arms: readonly Arm[], early: readonly EarlyArm[], from: Resampler): LearningCurve[] {
  return job.tasks.flatMap(({ task, metrics }) =>
    metrics.flatMap((metric) =>
      job.cells.flatMap(({ cell, matched }): LearningCurve[] => {
        const last = arms.find(({ name, kind }) => kind === "cell" && name === cell);
        const course = [...early.filter((each) => each.cell === cell), ...(last ? [{ share: 1, step: matched.steps, arm: last }] : [])];
        const points = course.flatMap(({ share, step, arm }) => {
          const sample = sampleOf(arm, task, metric, from);
          if (sample.values.length === 0) return [];
          const { n, mean, standardError, low, high } = estimate(sample);
          return [{ share, step, n, values: [...sample.values], mean, standard_error: standardError, low, high }];
        });
        return points.length > 0 ? [{ cell, task, metric, points }] : [];
      }),
    ),
  );
}
