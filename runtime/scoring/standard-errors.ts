import type { Score } from "#runtime/contract/artifacts.ts";
import { type AnsweredTask, itemsOf } from "./items.ts";
import { resampler } from "./resample.ts";
import { varianceOf } from "./statistics.ts";

/**
 * Scores of examples, each with how far it would move with other examples, where it can be computed from single answers.
 * @param task whose test examples they are
 * @param predictions as `predictions.jsonl` holds them
 */
export function withStandardErrors(scores: readonly Score[], task: AnsweredTask, predictions: readonly Record<string, unknown>[]): Score[] {
  const items = itemsOf(task, predictions);
  const from = resampler(() => items);
  return scores.map((score) => {
    const resampled = from.resample("", score.metric);
    if (!resampled) return score;
    const error = Math.sqrt(resampled.scale * varianceOf(Array.from(resampled.scores)));
    return Number.isFinite(error) ? { ...score, standard_error: Number(error.toPrecision(3)) } : score;
  });
}
