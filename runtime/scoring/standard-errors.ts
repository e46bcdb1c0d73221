import type { Score } from "#runtime/contract/artifacts.ts";
import { checkedPredictions, type Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { type AnsweredTask, itemsOf } from "./items.ts";
import { resampler } from "./resample.ts";
import { varianceOf } from "./statistics.ts";

/**
 * Scores of examples, each with how far it would move with other examples, where it can be computed from single answers.
 * @param task whose test examples they are
 * @param predictions what was answered to them
 */
export function withStandardErrors<K extends TaskKind>(
  scores: readonly Score[],
  task: AnsweredTask<K>,
  predictions: readonly Prediction<K>[],
): Score[] {
  // a model that diverged answers what is no number
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
