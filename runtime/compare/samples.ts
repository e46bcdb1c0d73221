import { groupBy } from "#runtime/contract/group.ts";
import type { Resampled, Resampler } from "#runtime/scoring/resample.ts";
import { meanOf, type Sample, type TwoSamples, varianceOf } from "#runtime/scoring/statistics.ts";
import type { Arm, RunScores } from "./arms.ts";

/** The score of one fine-tuning, or a difference of two, with its value on each resample of the test examples if these are known. */
interface Observation {
  seed: number;
  value: number;
  resampled: Resampled | undefined;
}

/** The sample of an arm's scores; empty if there are none. */
export function sampleOf(arm: Arm, task: string, metric: string, from: Resampler): Sample {
  return sampled(observations(arm, task, metric, from)).sample;
}

/** The sample of left − right for the pre-training seeds that both have, averaged over the fine-tuning seeds that both have for each. */
export function differencesOf(left: Arm, right: Arm, task: string, metric: string, from: Resampler): Sample {
  const rights = scored(right, task, metric);
  return sampled(
    scored(left, task, metric).flatMap((run) => {
      const other = rights.find((each) => each.seed === run.seed && each.finetuneSeed === run.finetuneSeed);
      return other ? [difference(observed(run, metric, from), observed(other, metric, from))] : [];
    }),
  ).sample;
}

/** The samples of two arms that share no draws but the test examples; undefined if one of them is empty. */
export function bothSamples(left: Arm, right: Arm, task: string, metric: string, from: Resampler): TwoSamples | undefined {
  const [one, other] = [left, right].map((arm) => sampled(observations(arm, task, metric, from))) as [Averaged, Averaged];
  if (one.sample.values.length === 0 || other.sample.values.length === 0) return undefined;
  const [a, b] = [one.resampled, other.resampled];
  const ofDifference =
    a && b && a.examples === b.examples ? a.scale * varianceOf(a.scores.map((score, index) => score - b.scores[index]!)) : undefined;
  return { left: one.sample, right: other.sample, ...(ofDifference === undefined ? {} : { ofDifference }) };
}

function observations(arm: Arm, task: string, metric: string, from: Resampler): Observation[] {
  return scored(arm, task, metric).map((run) => observed(run, metric, from));
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

interface Averaged {
  sample: Sample;
  /** The mean over the seeds on each resample of the test examples. */
  resampled: Resampled | undefined;
}

/** Averages fine-tunings of the same pre-training, since fine-tuning a model again gives no independent pre-training. */
function sampled(runs: readonly Observation[]): Averaged {
  const bySeed = groupBy(runs, ({ seed }) => seed);
  const values = [...bySeed.values()].map((ofSeed) => meanOf(ofSeed.map(({ value }) => value)));
  const first = runs[0]?.resampled;
  if (!first || runs.some(({ resampled }) => resampled?.examples !== first.examples)) return { sample: { values }, resampled: undefined };
  const means = [...bySeed.values()].map((ofSeed) => averaged(ofSeed.map(({ resampled }) => resampled!.scores)));
  const scores = averaged(means);
  return {
    sample: {
      values,
      examples: {
        ofEach: first.scale * meanOf(means.map((each) => varianceOf(each))),
        ofMean: first.scale * varianceOf(scores),
      },
    },
    resampled: { ...first, scores },
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
