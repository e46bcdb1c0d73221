import { decimalOf } from "#runtime/contract/decimal.ts";
import { ScoreError } from "./score-error.ts";

/** Labels as classes 0 … n − 1, in sorted order: numbers by value, other labels by code units. */
export interface Classes {
  labels: string[];
  classesOf(labels: readonly string[]): number[];
}

export function classesIn(all: readonly string[]): Classes {
  const labels = sortedLabels(all);
  const classOf = new Map(labels.map((label, index) => [label, index]));
  return { labels, classesOf: (given) => given.map((label) => classOf.get(label)!) };
}

/** The positive label as class 1, and the other of at most two labels as class 0. By default, the second in sorted order is positive. */
export function twoClassesIn(all: readonly string[], positive?: string): Classes {
  const labels = sortedLabels(all);
  if (labels.length > 2) {
    const shown = labels.slice(0, 8).join(", ");
    throw new ScoreError(
      `the metric needs two labels, but there are ${labels.length} (${shown}); use one that averages over labels, such as f1_macro`,
    );
  }
  if (positive !== undefined && !labels.includes(positive)) {
    throw new ScoreError(`the positive label "${positive}" does not occur; the labels are ${labels.join(", ")}`);
  }
  if (positive === undefined && labels.length < 2) {
    throw new ScoreError(`all labels are "${labels[0]}"; use --positive to say whether it is the positive one`);
  }
  const chosen = positive ?? labels[1]!;
  return {
    labels: [...labels.filter((label) => label !== chosen), chosen],
    classesOf: (given) => given.map((label) => (label === chosen ? 1 : 0)),
  };
}

/** The distinct labels in sorted order: numbers by value, other labels by code units. */
export function sortedLabels(all: Iterable<string>): string[] {
  const labels = [...new Set(all)];
  const areNumbers = labels.every((label) => decimalOf(label) !== undefined);
  return areNumbers ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort();
}

/** The probability of each label: an object by label, or numbers in the order of the labels; a single number is for the second of two. */
export type GivenProbabilities = number[] | Record<string, number>;

/**
 * The probabilities of every prediction by label. Throws `ScoreError` if numbers and labels do not match, or if the numbers are not
 * probabilities from 0 to 1 that add up to 1. An object may omit improbable labels.
 */
export function probabilitiesByLabel(
  given: readonly GivenProbabilities[],
  gold: readonly string[],
  ofTask: readonly string[] = [],
): Map<string, number>[] {
  const known = ofTask.length > 0 ? ofTask : sortedLabels(gold);
  return given.map((each, i) => {
    refuseOthers(each, i);
    if (!Array.isArray(each)) return new Map(Object.entries(each));
    const values = each.length === 1 ? [1 - each[0]!, each[0]!] : each;
    const labels = labelsOf(values.length, known);
    if (!labels) {
      throw new ScoreError(
        `prediction ${i + 1} has ${values.length} probabilities, but the references have the labels ${known.join(", ")}; ` +
          'write each prediction as an object: {"label": probability, …}',
      );
    }
    return new Map(values.map((value, index) => [labels[index]!, value]));
  });
}

/** Tolerance of the sum, since probabilities are written with few digits. */
const rounding = 0.01;

function refuseOthers(given: GivenProbabilities, index: number): void {
  const values = Object.values(given);
  const outside = values.find((value) => !(value >= 0 && value <= 1));
  if (outside !== undefined) throw new ScoreError(`prediction ${index + 1} has ${outside}, but a probability is a number from 0 to 1`);
  if (Array.isArray(given) && values.length === 1) return;
  const sum = values.reduce((total, value) => total + value, 0);
  const least = Array.isArray(given) ? 1 - rounding : Number.MIN_VALUE;
  if (sum < least || sum > 1 + rounding) {
    throw new ScoreError(`the probabilities of prediction ${index + 1} add up to ${Number(sum.toPrecision(3))} instead of 1`);
  }
}

/** The labels of a list of `count` probabilities: the known ones, or 0 … count − 1 if these include all known labels; otherwise null. */
function labelsOf(count: number, known: readonly string[]): readonly string[] | null {
  if (known.length === count) return known;
  const numbers = Array.from({ length: count }, (_, index) => String(index));
  return known.every((label) => numbers.includes(label)) ? numbers : null;
}

export function mostProbable(probabilities: ReadonlyMap<string, number>): { label: string; probability: number } {
  let best = { label: "", probability: Number.NEGATIVE_INFINITY };
  for (const [label, probability] of probabilities) if (probability > best.probability) best = { label, probability };
  return best;
}
