import { groupBy } from "#runtime/contract/group.ts";
import type { Resampled, Resampler } from "#runtime/scoring/resample.ts";
import { meanOf, type Sample, varianceOf } from "#runtime/scoring/statistics.ts";
import type { Arm, RunScores } from "./arms.ts";

/** The score of one fine-tuning, or a difference of two, with its value on each resample of the test examples if these are known. */
interface Observation {
  seed: number;
  value: number;
  resampled: Resampled | undefined;
}

/** The sample of an arm's scores; empty if there are none. */
export function sampleOf(arm: Arm, task: string, metric: string, from: Resampler): Sample {
  return sampled(scored(arm, task, metric).map((run) => observed(run, metric, from)));
}

/** The sample of left − right for the pre-training seeds that both have, averaged over the fine-tuning seeds that both have for each. */
export function differencesOf(left: Arm, right: Arm, task: string, metric: string, from: Resampler): Sample {
  const rights = scored(right, task, metric);
  return sampled(
    scored(left, task, metric).flatMap((run) => {
      const other =
        right.kind === "majority" ? rights[0] : rights.find((each) => each.seed === run.seed && each.finetuneSeed === run.finetuneSeed);
      return other ? [difference(observed(run, metric, from), observed(other, metric, from))] : [];
    }),
  );
}

function observed(run: RunScores & { value: number }, metric: string, from: Resampler): Observation {
  return { seed: run.seed, value: run.value, resampled: from.resample(run.job, metric) };
}

function difference(left: Observation, right: Observation): Observation {
  const [a, b] = [left.resampled, right.resampled];
  const together = a && b && a.examples === b.examples;
  return {
    seed: left.seed,
    value: left.value - right.value,
    resampled: together ? { ...a, scores: a.scores.map((score, index) => score - b.scores[index]!) } : undefined,
  };
}

/** Averages fine-tunings of the same pre-training, since fine-tuning a model again gives no independent pre-training. */
function sampled(observations: readonly Observation[]): Sample {
  const bySeed = groupBy(observations, ({ seed }) => seed);
  const values = [...bySeed.values()].map((runs) => meanOf(runs.map(({ value }) => value)));
  const first = observations[0]?.resampled;
  if (!first || observations.some(({ resampled }) => resampled?.examples !== first.examples)) return { values };
  const means = [...bySeed.values()].map((runs) => averaged(runs.map(({ resampled }) => resampled!.scores)));
  return {
    values,
    examples: {
      ofEach: first.scale * meanOf(means.map((scores) => varianceOf(scores))),
      ofMean: first.scale * varianceOf(averaged(means)),
    },
  };
}

function averaged(rows: readonly Float64Array[]): Float64Array {
  return rows[0]!.map((_, index) => meanOf(rows.map((row) => row[index]!)));
}

function scored(arm: Arm, task: string, metric: string): (RunScores & { value: number })[] {
  return arm.measured.flatMap((run) => {
    const value = run.task === task ? run.values.get(metric) : undefined;
    return value === undefined ? [] : [{ ...run, value }];
  });
}
