import type { Score } from "#runtime/contract/artifacts.ts";
import { checkedPredictions, type Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { itemsOf, type ScoredTask } from "./items.ts";
import { resampler } from "./resample.ts";
import { varianceOf } from "./statistics.ts";

/**
 * Adds standard errors over test examples to scores, if they can be computed from single answers.
 * @param task the task of the test examples
 * @param predictions the answers to them
 */
export function withStandardErrors<K extends TaskKind>(
  scores: readonly Score[],
  task: ScoredTask<K>,
  predictions: readonly Prediction<K>[],
): Score[] {
  // the answers of a model that diverged may not be numbers
  const checked = checkedPredictions(task.kind, predictions);
  const items = checked && itemsOf(task, checked);
  const from = resampler(() => items);
  return scores.map((score) => {
    const resampled = from.resample("", score.metric);
    if (!resampled) return score;
    const error = Math.sqrt(resampled.scale * varianceOf(Array.from(resampled.scores)));
    return Number.isFinite(error) ? { ...score, standard_error: Number(error.toPrecision(3)) } : score;
  });
}
