import { areEntityTags, entitiesOf } from "./tag-schemes.ts";

/*
 * Where the right answers, or what was answered, leave a metric without a value. A number would be given all the same by a convention
 * (0, 0.5 or 1, whatever the model does), and would look like a finding. Each function gives the reason, as the end of a sentence, or
 * null where the metric is defined. What only the right answers show is known before anything runs.
 */

/** @param gold classes, 0 … n − 1; of two the second is the positive one */
export function undefinedOfClasses(metric: string, gold: ArrayLike<number>, labels: readonly string[]): string | null {
  const met = new Set(Array.from(gold));
  const [only] = met;
  // where only the positive label occurs it is the only one known, and class 1 all the same
  const named = (label: number) => `"${labels.length === 1 ? labels[0] : labels[label]}"`;
  if (ofBothClasses.has(metric) && met.size === 1) return `all right labels are ${named(only!)}`;
  if (ofPositives.has(metric) && !met.has(1)) return `no right label is ${named(1)}, the positive one`;
  return null;
}

/** With one class among the right answers they are the same number whatever is answered, or 0/0. */
const ofBothClasses = new Set(["matthews", "roc_auc", "average_precision"]);
/** Without a positive among the right answers nothing can be found. */
const ofPositives = new Set(["precision", "recall", "f1"]);

/** As in SciPy, the correlation with a constant is not a number. @param predicted left out: what the right answers alone show */
export function undefinedOfNumbers(metric: string, gold: ArrayLike<number>, predicted?: ArrayLike<number>): string | null {
  if (predicted && !Array.from(predicted).every(Number.isFinite)) return "some predictions are no finite numbers";
  if (!correlations.has(metric)) return null;
  if (gold.length < 2) return "a correlation needs two values or more";
  if (isConstant(gold)) return `all right values are ${gold[0]}`;
  return predicted && isConstant(predicted) ? `all predictions are ${Number(predicted[0]!.toPrecision(6))}` : null;
}

const correlations = new Set(["pearson", "spearman", "kendall"]);

function isConstant(values: ArrayLike<number>): boolean {
  return Array.from(values).every((value) => value === values[0]);
}

/** A metric of entities, of tags that mark none. */
export function strangeTag(tags: readonly string[]): string | undefined {
  return tags.find((tag) => !areEntityTags([tag]));
}

export function undefinedOfTags(metric: string, gold: readonly (readonly string[])[]): string | null {
  if (!metric.startsWith("entity_")) return null;
  const tags = gold.flat();
  const strange = strangeTag(tags);
  if (strange !== undefined) return `${JSON.stringify(strange)} is no tag of a chunk, such as B-PER, I-PER or O`;
  if (tags.every((tag) => tag === "O")) return "no right tag is part of an entity";
  return metric === "entity_f1_strict" ? undefinedUnderIob2(gold) : null;
}

/** Under IOB2 other schemes' entities are not seen, or seen in part. */
function undefinedUnderIob2(gold: readonly (readonly string[])[]): string | null {
  const other = gold.flat().find((tag) => /^[^BIO]/u.test(tag));
  if (other !== undefined) return `the right tags are not IOB2, which has no ${other}`;
  const entities = gold.flatMap((tags) => entitiesOf(tags).map(({ first }) => tags[first]!));
  const inside = entities.filter((tag) => tag.startsWith("I"));
  // of IOB2 a few slips are known; of IOB1 nearly every entity begins with I
  return inside.length * 2 > entities.length
    ? `the right tags are not IOB2, where an entity begins with B and not with ${inside[0]}`
    : null;
}

export function undefinedOfTexts(metric: string, references: readonly (readonly string[])[]): string | null {
  const texts = references.flat();
  if (metric.startsWith("rouge")) {
    const counted = texts.some((text) => /[a-z0-9]/iu.test(text));
    return counted ? null : "no right text has a word that ROUGE counts: one of the letters a to z or digits";
  }
  return ofWords.has(metric) && texts.every((text) => text.trim() === "") ? "the right texts are empty" : null;
}

const ofWords = new Set(["bleu", "chrf", "chrfpp", "ter"]);
