import { random } from "#runtime/random/random.ts";
import type { Items } from "./items.ts";

/** Draws of as many examples, with replacement: the standard error of their standard deviation is 3%. */
const replicates = 500;

/**
 * What a run's score would be with other test examples: its score on each draw of them, the same draws for all runs that answered the
 * same examples; or, of a metric that is a mean over examples, what each of them adds to it, which needs no draws.
 */
export interface Resampled {
  /** Which examples, as text: scores are held together only where these are the same. */
  examples: string;
  scores: Float64Array;
  /** The score's variance over the choice of examples is that of `scores` times this. */
  scale: number;
}

export interface Resampler {
  /** Undefined where the run's single answers are not known. */
  resample(job: string, metric: string): Resampled | undefined;
}

/** The bootstrap over test examples (Efron 1979), each run scored once. */
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
    // a draw of n out of n has the variance of n − 1
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
