import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { margins, noLabel } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics, type MetricValue, needsTwoClasses, probabilityMetrics, scoreClassification } from "#runtime/metrics/metric-table.ts";
import { classOf } from "../class-of.ts";
import type { Items } from "../item-scores.ts";

/** An answer that is none of the labels is wrong, and none of the other labels either (Raffel et al. 2020, section 2.4). */
export function scoreLabels(predictions: readonly Prediction<ClassificationKind>[], labels: readonly string[]): MetricValue[] {
  const gold = predictions.map(({ id, label }) => classOf(labels, label, id));
  const predicted = predictions.map((each) => (each.predicted === null ? noLabel : classOf(labels, each.predicted, each.id)));
  const probabilities = predictions.flatMap((each) => (each.probabilities ? [each.probabilities] : []));
  return scoreClassification(gold, predicted, labels, probabilities.length === predictions.length ? probabilities : undefined);
}

/** @param labels the task's: of two the second is the positive one, whether or not it occurs among the test examples */
export function labelItems(lines: readonly Prediction<ClassificationKind>[], labels: readonly string[]): Items | undefined {
  const classes = Math.max(2, labels.length);
  const known = new Map(labels.map((label, at) => [label, at]));
  const fits = ({ label, predicted, probabilities }: Prediction<ClassificationKind>) =>
    known.has(label) &&
    (predicted === null || known.has(predicted)) &&
    (probabilities === undefined || probabilities.length === labels.length);
  if (!lines.every(fits)) return undefined;
  const gold = Int32Array.from(lines, ({ label }) => known.get(label)!);
  const answered = Int32Array.from(lines, ({ predicted }) => (predicted === null ? noLabel : known.get(predicted)!));
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
  return (chosen) => score(margins(gold, answered, classes, chosen));
}

/** Undefined where a run has none: words and majorities answer without. */
function ofProbabilities(
  metric: keyof typeof probabilityMetrics,
  lines: readonly Prediction<ClassificationKind>[],
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
