import { random } from "#runtime/random/random.ts";
import type { Items } from "./items.ts";

/** Number of bootstrap resamples; the standard error of their standard deviation is 3%. */
const replicates = 500;

/**
 * A run's scores on resampled test examples. The resamples are the same for all runs that answered the same examples. For a metric that is
 * a mean over examples, the scores are the contributions of single examples, which need no resampling.
 */
export interface Resampled {
  /** Identifies the examples: scores are compared only if these are equal. */
  examples: string;
  scores: Float64Array;
  /** The variance of the score over the choice of examples is the variance of `scores` times this factor. */
  scale: number;
}

export interface Resampler {
  /** The resampled scores of a job; undefined if its single answers are unknown. */
  resample(job: string, metric: string): Resampled | undefined;
}

/** A bootstrap over test examples (Efron 1979) that scores each run only once. */
export function resampler(itemsOf: (job: string) => Items | undefined): Resampler {
  const known = new Map<string, Resampled | undefined>();
  const compute = (job: string, metric: string): Resampled | undefined => {
    const answered = itemsOf(job);
    const n = answered?.ids.length ?? 0;
    if (!answered || n < 2) return undefined;
    const examples = answered.ids.join("\n");
    const each = answered.each(metric);
    if (each) return { examples, scores: each, scale: 1 / n };
    const score = answered.scorer(metric);
    // a resample of n out of n examples has the variance of n − 1
    return score && { examples, scores: Float64Array.from(drawsOf(n), score), scale: n / (n - 1) };
  };
  return {
    resample(job, metric) {
      const key = `${job} ${metric}`;
      if (!known.has(key)) known.set(key, compute(job, metric));
      return known.get(key);
    },
  };
}

function drawsOf(n: number): Int32Array[] {
  const found = draws.get(n) ?? drawExamples(n);
  draws.set(n, found);
  return found;
}

const draws = new Map<number, Int32Array[]>();

function drawExamples(n: number): Int32Array[] {
  return Array.from({ length: replicates }, (_, replicate) => {
    const from = random("bootstrap", n, replicate);
    return Int32Array.from({ length: n }, () => from.below(n));
  });
}
