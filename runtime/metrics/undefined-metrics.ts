import { areEntityTags, entitiesOf } from "./tag-schemes.ts";

/*
 * Cases in which the correct answers, or the predictions, leave a metric undefined. A conventional value (0, 0.5 or 1, whatever the model
 * does) would look like a finding. Each function returns the reason, as the end of a sentence, or null if the metric is defined. Reasons
 * that depend only on the correct answers are known before anything runs.
 */

/** @param gold correct classes, 0 … n − 1; the second of two is positive */
export function undefinedOfClasses(metric: string, gold: ArrayLike<number>, labels: readonly string[]): string | null {
  const met = new Set(Array.from(gold));
  const [only] = met;
  // if only the positive label occurs, it is the only known label but still class 1
  const named = (label: number) => `"${labels.length === 1 ? labels[0] : labels[label]}"`;
  if (ofBothClasses.has(metric) && met.size === 1) return `all correct labels are ${named(only!)}`;
  if (ofPositives.has(metric) && !met.has(1)) return `no correct label is ${named(1)}, the positive one`;
  return null;
}

/** Metrics that are constant, or 0/0, if the correct answers have only one class. */
const ofBothClasses = new Set(["matthews", "roc_auc", "average_precision"]);
/** Metrics that are undefined if no correct answer is positive. */
const ofPositives = new Set(["precision", "recall", "f1"]);

/** As in SciPy, the correlation with a constant is NaN. @param predicted absent: only the correct answers are considered */
export function undefinedOfNumbers(metric: string, gold: ArrayLike<number>, predicted?: ArrayLike<number>): string | null {
  if (predicted && !Array.from(predicted).every(Number.isFinite)) return "some predictions are not finite numbers";
  if (!correlations.has(metric)) return null;
  if (gold.length < 2) return "a correlation needs at least two values";
  if (isConstant(gold)) return `all correct values are ${gold[0]}`;
  return predicted && isConstant(predicted) ? `all predictions are ${Number(predicted[0]!.toPrecision(6))}` : null;
}

const correlations = new Set(["pearson", "spearman", "kendall"]);

function isConstant(values: ArrayLike<number>): boolean {
  return Array.from(values).every((value) => value === values[0]);
}

/** A tag that does not mark an entity in any known scheme; undefined if there is none. */
export function strangeTag(tags: readonly string[]): string | undefined {
  return tags.find((tag) => !areEntityTags([tag]));
}

export function undefinedOfTags(metric: string, gold: readonly (readonly string[])[]): string | null {
  if (!metric.startsWith("entity_")) return null;
  const tags = gold.flat();
  const strange = strangeTag(tags);
  if (strange !== undefined) return `${JSON.stringify(strange)} is not a tag such as B-PER, I-PER or O`;
  if (tags.every((tag) => tag === "O")) return "no correct tag is part of an entity";
  return metric === "entity_f1_strict" ? undefinedUnderIob2(gold) : null;
}

/** Why a metric with strict IOB2 is undefined; entities of other schemes would be missed, or found only in part. */
function undefinedUnderIob2(gold: readonly (readonly string[])[]): string | null {
  const other = gold.flat().find((tag) => /^[^BIO]/u.test(tag));
  if (other !== undefined) return `the correct tags are not IOB2, which has no ${other}`;
  const entities = gold.flatMap((tags) => entitiesOf(tags).map(({ first }) => tags[first]!));
  const inside = entities.filter((tag) => tag.startsWith("I"));
  // data in IOB2 have a few errors; in IOB1, nearly every entity begins with I
  return inside.length * 2 > entities.length
    ? `the correct tags are not IOB2, in which an entity begins with B and not with ${inside[0]}`
    : null;
}

export function undefinedOfTexts(metric: string, references: readonly (readonly string[])[]): string | null {
  const texts = references.flat();
  if (metric.startsWith("rouge")) {
    const counted = texts.some((text) => /[a-z0-9]/iu.test(text));
    return counted ? null : "no correct text has a word that ROUGE counts, which is made of the letters a to z or digits";
  }
  return ofWords.has(metric) && texts.every((text) => text.trim() === "") ? "the correct texts are empty" : null;
}

const ofWords = new Set(["bleu", "chrf", "chrfpp", "ter"]);
