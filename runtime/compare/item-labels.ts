import type { Prediction } from "#runtime/contract/predictions.ts";
import { marginsOf } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics, needsTwoClasses, probabilityMetrics } from "#runtime/metrics/table.ts";
import type { Items } from "./items.ts";

/** @param labels the task's: of two the second is the positive one, whether or not it occurs among the test examples */
export function labelItems(lines: readonly Prediction<"label">[], labels: readonly string[]): Items | undefined {
  const classes = Math.max(2, labels.length);
  const gold = Int32Array.from(lines, ({ label }) => labels.indexOf(label));
  // behind the labels' columns one for the answers that are none of them
  const answered = Int32Array.from(lines, ({ predicted }) => (predicted === null ? classes : labels.indexOf(predicted)));
  if (gold.includes(-1) || answered.includes(-1)) return undefined;
  return {
    ids: lines.map(({ id }) => id),
    each: (metric) => (metric === "accuracy" ? Float64Array.from(gold, (label, i) => (label === answered[i] ? 1 : 0)) : undefined),
    scorer(metric) {
      if (classes !== 2 && needsTwoClasses(metric)) return undefined;
      return Object.hasOwn(probabilityMetrics, metric)
        ? ofProbabilities(metric as keyof typeof probabilityMetrics, lines, gold)
        : ofClasses(metric, gold, answered, classes);
    },
  };
}

function ofClasses(metric: string, gold: Int32Array, answered: Int32Array, classes: number): ReturnType<Items["scorer"]> {
  const score = Object.hasOwn(classMetrics, metric) ? classMetrics[metric as keyof typeof classMetrics] : undefined;
  if (!score) return undefined;
  // where each example stands in the confusion matrix, so that a draw of them is counted and no more
  const entries = gold.map((label, i) => label * (classes + 1) + answered[i]!);
  const counts = new Int32Array(classes * (classes + 1));
  return (chosen) => {
    counts.fill(0);
    for (let i = 0; i < chosen.length; i++) counts[entries[chosen[i]!]!]! += 1;
    return score(marginsOf(counts, classes));
  };
}

/** Undefined where a run has none: words and majorities answer without. */
function ofProbabilities(
  metric: keyof typeof probabilityMetrics,
  lines: readonly Prediction<"label">[],
  gold: Int32Array,
): ReturnType<Items["scorer"]> {
  const probabilities = lines.flatMap((line) => (line.probabilities ? [line.probabilities] : []));
  if (probabilities.length < lines.length) return undefined;
  // a draw may hold one class alone, of which nothing is ranked
  return (chosen) => {
    const score = probabilityMetrics[metric](
      Int32Array.from(chosen, (index) => gold[index]!),
      Array.from(chosen, (index) => probabilities[index]!),
    );
    return Number.isFinite(score) ? score : 0;
  };
}
