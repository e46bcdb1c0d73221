import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { noLabel } from "#runtime/metrics/confusion-matrix.ts";
import { type MetricValue, scoreClassification } from "#runtime/metrics/table.ts";
import { classOf } from "../class-of.ts";

/** An answer that is none of the labels is wrong, and none of the other labels either (Raffel et al. 2020, section 2.4). */
export function scoreLabels(predictions: readonly Prediction<ClassificationKind>[], labels: readonly string[]): MetricValue[] {
  const gold = predictions.map(({ id, label }) => classOf(labels, label, id));
  const predicted = predictions.map((each) => (each.predicted === null ? noLabel : classOf(labels, each.predicted, each.id)));
  const probabilities = predictions.flatMap((each) => (each.probabilities ? [each.probabilities] : []));
  return scoreClassification(gold, predicted, labels, probabilities.length === predictions.length ? probabilities : undefined);
}
