import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { accuracy } from "./accuracy.ts";
import { answerF1 } from "./answer-f1.ts";
import { averagePrecision } from "./average-precision.ts";
import type { ClassificationMetric } from "./averages.ts";
import { bleu } from "./bleu.ts";
import { brier } from "./brier.ts";
import { calibrationError } from "./calibration-error.ts";
import { chrf } from "./chrf.ts";
import { margins } from "./confusion-matrix.ts";
import { countEntities, type EntityCounts } from "./entities.ts";
import { entityF1, entityF1Macro } from "./entity-f1.ts";
import { entityPrecision } from "./entity-precision.ts";
import { entityRecall } from "./entity-recall.ts";
import { exactMatch } from "./exact-match.ts";
import { f1 } from "./f1.ts";
import { kendall } from "./kendall.ts";
import { mae } from "./mae.ts";
import { matthews } from "./matthews.ts";
import { mse } from "./mse.ts";
import { pearson } from "./pearson.ts";
import { precision } from "./precision.ts";
import { recall } from "./recall.ts";
import { rocAuc } from "./roc-auc.ts";
import { corpusRouge } from "./rouge.ts";
import { spearman } from "./spearman.ts";
import { ter } from "./ter.ts";
import { undefinedOfClasses, undefinedOfNumbers } from "./undefined-metrics.ts";

/*
 * The metrics of all kinds of task, by their names in the catalogue, in one table per form of answers. Each function returns one number in
 * the unit of the catalogue. What `pretrain score` adds to that number is in `scorers.ts`.
 */

/** Metrics computed from the sums of a confusion matrix. */
export const classMetrics = {
  accuracy,
  precision: precision.binary,
  precision_micro: precision.micro,
  precision_macro: precision.macro,
  precision_weighted: precision.weighted,
  recall: recall.binary,
  recall_micro: recall.micro,
  recall_macro: recall.macro,
  recall_weighted: recall.weighted,
  f1: f1.binary,
  f1_micro: f1.micro,
  f1_macro: f1.macro,
  f1_weighted: f1.weighted,
  matthews,
} as const satisfies Record<string, ClassificationMetric>;

/** A metric of probabilities. `gold`: correct classes. `probabilities`: for each example, the probability of each class. */
export type ProbabilityMetric = (gold: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]) => number;

/** Metrics computed from the probability of each class. */
export const probabilityMetrics = {
  roc_auc: (gold, probabilities) => rocAuc(gold, probabilities.map(ofPositive)),
  average_precision: (gold, probabilities) => averagePrecision(gold, probabilities.map(ofPositive)),
  brier,
  calibration_error(gold, probabilities) {
    const answers = probabilities.map(mostProbable);
    const right = answers.map(({ label }, i) => label === gold[i]);
    return calibrationError(
      right,
      answers.map(({ probability }) => probability),
    );
  },
} as const satisfies Record<string, ProbabilityMetric>;

/** Metrics computed from numbers. */
export const regressionMetrics = { pearson, spearman, kendall, mse, mae } as const satisfies Record<
  string,
  (gold: ArrayLike<number>, predicted: ArrayLike<number>) => number
>;

type Sentences = readonly (readonly string[])[];

/** Metrics computed from tags, with a list for each sentence. */
export const taggingMetrics = {
  entity_precision: ofEntities(entityPrecision),
  entity_recall: ofEntities(entityRecall),
  entity_f1: ofEntities(entityF1),
  entity_f1_macro: ofEntities(entityF1Macro),
  entity_f1_strict: (gold, predicted) => entityF1(countEntities(gold, predicted, "strict")),
  accuracy: rightTags,
} as const satisfies Record<string, (gold: Sentences, predicted: Sentences) => number>;

/** Metrics computed from a prediction and the correct answers of each question; a question without an answer has none. */
export const answerMetrics = {
  exact_match: meanOver(exactMatch),
  answer_f1: meanOver(answerF1),
} as const satisfies Record<string, (answers: Sentences, predictions: readonly string[]) => number>;

/** Metrics computed from texts and their references. BLEU, chrF and TER are corpus metrics. */
export const metricsOfTexts = {
  bleu: (references, texts) => bleu(texts, references).score,
  chrf: (references, texts) => chrf(texts, references).score,
  chrfpp: (references, texts) => chrf(texts, references, { word_order: 2 }).score,
  ter: (references, texts) => ter(texts, references).score,
  rouge1: (references, texts) => corpusRouge(texts, references, "rouge1").f1,
  rouge2: (references, texts) => corpusRouge(texts, references, "rouge2").f1,
  rougeL: (references, texts) => corpusRouge(texts, references, "rougeL").f1,
  rougeLsum: (references, texts) => corpusRouge(texts, references, "rougeLsum").f1,
} as const satisfies Record<string, (references: Sentences, texts: readonly string[]) => number>;

export interface MetricValue {
  metric: string;
  /** Null if the metric is undefined on the data. */
  value: number | null;
  /** Why the metric is undefined, as the end of a sentence. */
  undefined?: string;
}

/** The value of a metric, or the reason why it is undefined; without a reason, an infinite or NaN value is reported as such. */
export function valued(metric: string, reason: string | null, score: () => number): MetricValue {
  if (reason !== null) return { metric, value: null, undefined: reason };
  const value = score();
  return Number.isFinite(value) ? { metric, value } : { metric, value: null, undefined: "it is not a finite number" };
}

/**
 * All metrics for this number of classes; metrics of a positive class need two classes, and some metrics need probabilities.
 * @param predicted predicted classes, or `noLabel` if the answer is not a label
 * @param probabilities for each example, the probability of each class
 */
export function scoreClassification(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: readonly string[],
  probabilities?: readonly ArrayLike<number>[],
): MetricValue[] {
  const classes = labels.length;
  const fits = (name: string) => classes === 2 || !needsTwoClasses(name);
  const sums = margins(gold, predicted, classes);
  const ofClasses = Object.entries(classMetrics).filter(([name]) => fits(name));
  const ofProbabilities = probabilities ? Object.entries(probabilityMetrics).filter(([name]) => fits(name)) : [];
  const reason = (metric: string) => undefinedOfClasses(metric, gold, labels);
  return [
    ...ofClasses.map(([metric, score]) => valued(metric, reason(metric), () => score(sums))),
    ...ofProbabilities.map(([metric, score]) => valued(metric, reason(metric), () => score(gold, probabilities ?? []))),
  ];
}

/** All metrics of numbers. */
export function scoreNumbers(gold: readonly number[], predicted: readonly number[]): MetricValue[] {
  return scoreAll(regressionMetrics, gold, predicted, (metric) => undefinedOfNumbers(metric, gold, predicted));
}

/** All metrics of a table. `reason`: why a metric is undefined here; null if it is defined. */
export function scoreAll<G, P>(
  table: Readonly<Record<string, (gold: G, predicted: P) => number>>,
  gold: G,
  predicted: P,
  reason: (metric: string) => string | null = () => null,
): MetricValue[] {
  return Object.entries(table).map(([metric, score]) => valued(metric, reason(metric), () => score(gold, predicted)));
}

/** Whether a metric scores the positive class, which is the second of two. */
export function needsTwoClasses(metric: string): boolean {
  return metricOf(metric)?.twoClasses === true;
}

function rightTags(gold: Sentences, predicted: Sentences): number {
  const [right, given] = [gold.flat(), predicted.flat()];
  return right.length === 0 ? 0 : right.filter((tag, i) => tag === given[i]).length / right.length;
}

function ofPositive(probabilities: ArrayLike<number>): number {
  return probabilities[1]!;
}

function mostProbable(probabilities: ArrayLike<number>): { label: number; probability: number } {
  let label = 0;
  for (let i = 1; i < probabilities.length; i++) if (probabilities[i]! > probabilities[label]!) label = i;
  return { label, probability: probabilities[label]! };
}

function ofEntities(score: (counts: ReadonlyMap<string, EntityCounts>) => number) {
  return (gold: Sentences, predicted: Sentences) => score(countEntities(gold, predicted));
}

function meanOver(score: (prediction: string, answers: readonly string[]) => number) {
  return (answers: Sentences, predictions: readonly string[]) =>
    predictions.length === 0 ? 0 : predictions.reduce((sum, prediction, i) => sum + score(prediction, answers[i]!), 0) / predictions.length;
}
