import { groupBy } from "#runtime/contract/group.ts";
import type { Resampled, Resampler } from "#runtime/scoring/resample.ts";
import { meanOf, type Sample, varianceOf } from "#runtime/scoring/statistics.ts";
import type { Entrant, Measured } from "./entrants.ts";

/** One fine-tuning's score, or a difference of two, with its value on each draw of test examples where those are known. */
interface Observation {
  seed: number;
  value: number;
  resampled: Resampled | undefined;
}

/** An entrant's scores. Empty where nothing is measured. */
export function sampleOf(entrant: Entrant, task: string, metric: string, from: Resampler): Sample {
  return sampled(scored(entrant, task, metric).map((run) => observed(run, metric, from)));
}

/** left − right for each pre-training seed that both have, over the fine-tuning seeds that both have under it. */
export function differencesOf(left: Entrant, right: Entrant, task: string, metric: string, from: Resampler): Sample {
  const rights = scored(right, task, metric);
  return sampled(
    scored(left, task, metric).flatMap((run) => {
      const other =
        right.kind === "majority" ? rights[0] : rights.find((each) => each.seed === run.seed && each.finetuneSeed === run.finetuneSeed);
      return other ? [difference(observed(run, metric, from), observed(other, metric, from))] : [];
    }),
  );
}

function observed(run: Measured & { value: number }, metric: string, from: Resampler): Observation {
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

/** Fine-tunings are averaged within their pre-training: fine-tuning the same model again is no new pre-training. */
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

function scored(entrant: Entrant, task: string, metric: string): (Measured & { value: number })[] {
  return entrant.measured.flatMap((run) => {
    const value = run.task === task ? run.values.get(metric) : undefined;
    return value === undefined ? [] : [{ ...run, value }];
  });
}
