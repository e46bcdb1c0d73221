import { answerF1 } from "./answer-f1.ts";
import type { SquadForm } from "./answers.ts";
import { averagePrecision } from "./average-precision.ts";
import type { ClassificationMetric } from "./averages.ts";
import { bitsPerByte } from "./bits-per-byte.ts";
import { type BleuOptions, bleu, sentenceBleu } from "./bleu.ts";
import { calibrationError } from "./calibration-error.ts";
import { type ChrfOptions, chrf, sentenceChrf } from "./chrf.ts";
import { confusionMatrix, margins } from "./confusion-matrix.ts";
import { allEntities, countEntities } from "./entities.ts";
import { entityF1, entityF1Macro } from "./entity-f1.ts";
import { entityPrecision } from "./entity-precision.ts";
import { entityRecall } from "./entity-recall.ts";
import { exactMatch } from "./exact-match.ts";
import { classesIn, type GivenProbabilities, mostProbable, probabilitiesByLabel, twoClassesIn } from "./labels.ts";
import { classMetrics, needsTwoClasses, type ProbabilityMetric, probabilityMetrics, regressionMetrics, valued } from "./metric-table.ts";
import { referenceCount } from "./ngrams.ts";
import { perplexity } from "./perplexity.ts";
import { pseudoPerplexity } from "./pseudo-perplexity.ts";
import { rocAuc } from "./roc-auc.ts";
import { corpusRouge, type RougeVariant, rouge } from "./rouge.ts";
import { ScoreError } from "./score-error.ts";
import type { EntityScheme } from "./tag-schemes.ts";
import { sentenceTer, ter } from "./ter.ts";
import type { TerOptions } from "./ter-tokens.ts";
import { undefinedOfClasses, undefinedOfNumbers, undefinedOfTags, undefinedOfTexts } from "./undefined-metrics.ts";

/** The TypeScript type of a line of predictions or references, by form. */
export interface Forms {
  label: string;
  number: number;
  probabilities: GivenProbabilities;
  tags: string[];
  text: string;
  /** Reference texts or correct answers; none for a question without an answer. */
  texts: string[];
  /** Natural logarithms of the probabilities of tokens. */
  logarithms: number[];
  /** There is no file. */
  nothing: undefined;
}

export type Form = keyof Forms;

/** A score with its details. */
export interface Scored {
  /** The score; for `confusion_matrix`, a matrix with a row for each correct label. Null if the metric is undefined on the data. */
  score: number | number[][] | null;
  /** Why the metric is undefined, as the end of a sentence. */
  undefined?: string;
  /** Signature that says how it was computed; null if there is only one way. */
  signature: string | null;
  /** The score of each line. */
  scores?: number[];
  [detail: string]: unknown;
}

/** Options by their names in the catalogue. */
export type ScoreOptions = Readonly<Record<string, unknown>>;

interface Scorer<P extends Form, R extends Form> {
  predictions: P;
  references: R;
  /** `known`: the labels of the task, where they are known; others occur all the same. Without them the labels are those that occur. */
  score(predictions: Forms[P][], references: Forms[R][], options: ScoreOptions, known?: readonly string[]): Scored;
}

/** Maximum number of labels of a confusion matrix; a larger one may not fit in memory. */
const mostOfMatrix = 1000;

/** The scorers of all metrics that can be computed from files, by their names in the catalogue. */
export const scorers = {
  ...Object.fromEntries(Object.entries(classMetrics).map(([name, metric]) => [name, ofLabels(name, metric)])),
  confusion_matrix: scorer("label", "label", (predicted, gold, _, known = []) => {
    const { labels, classesOf } = classesIn([...known, ...gold, ...predicted]);
    if (labels.length > mostOfMatrix)
      throw new ScoreError(
        `there are ${labels.length} labels, but a confusion matrix has at most ${mostOfMatrix}; f1_macro and accuracy have no such limit`,
      );
    const counts = Array.from(confusionMatrix(classesOf(gold), classesOf(predicted), labels.length));
    const score = labels.map((_, row) => counts.slice(row * labels.length, (row + 1) * labels.length));
    return { score, signature: null, labels, n: gold.length };
  }),
  ...Object.fromEntries(Object.entries(probabilityMetrics).map(([name, metric]) => [name, ofProbabilities(name, metric)])),
  // these metrics have options, or take a score instead of a probability
  roc_auc: ofPositive("roc_auc", rocAuc),
  average_precision: ofPositive("average_precision", averagePrecision),
  calibration_error: scorer("probabilities", "label", (predictions, gold, { bins }, known) => {
    const answers = probabilitiesByLabel(predictions, gold, known).map(mostProbable);
    const right = answers.map(({ label }, i) => label === gold[i]);
    const confidences = answers.map(({ probability }) => probability);
    return { score: calibrationError(right, confidences, bins as number), signature: `bins:${bins}`, n: gold.length };
  }),
  ...Object.fromEntries(
    Object.entries(regressionMetrics).map(([name, metric]) => [
      name,
      scorer("number", "number", (predicted, gold) => ({
        ...valueOr(undefinedOfNumbers(name, gold, predicted), () => metric(gold, predicted)),
        signature: null,
        n: gold.length,
      })),
    ]),
  ),
  entity_precision: ofTags("entity_precision", "default", entityPrecision),
  entity_recall: ofTags("entity_recall", "default", entityRecall),
  entity_f1: ofTags("entity_f1", "default", entityF1),
  entity_f1_macro: ofTags("entity_f1_macro", "default", entityF1Macro),
  entity_f1_strict: ofTags("entity_f1_strict", "strict", entityF1),
  exact_match: ofAnswers(exactMatch),
  answer_f1: ofAnswers(answerF1),
  bleu: scorer("text", "texts", (texts, references, given) => {
    const options = given as unknown as BleuOptions;
    const effective = options.effective_order || given.sentence_level === true;
    const result = bleu(texts, references, { ...options, effective_order: effective });
    const scores = given.sentence_level ? { scores: sentenceBleu(texts, references, options) } : {};
    return { ...result, ...valueOr(undefinedOfTexts("bleu", references), () => result.score), ...scores };
  }),
  chrf: ofCharacters(),
  chrfpp: ofCharacters(),
  ter: scorer("text", "texts", (texts, references, given) => {
    const options = given as unknown as TerOptions;
    const result = ter(texts, references, options);
    const scores = given.sentence_level ? { scores: sentenceTer(texts, references, options) } : {};
    return { ...result, ...valueOr(undefinedOfTexts("ter", references), () => result.score), ...scores };
  }),
  rouge1: ofSummaries("rouge1"),
  rouge2: ofSummaries("rouge2"),
  rougeL: ofSummaries("rougeL"),
  rougeLsum: ofSummaries("rougeLsum"),
  perplexity: scorer("logarithms", "nothing", (texts) => {
    const { sum, tokens } = likelihood(texts);
    return { ...valueOr(null, () => perplexity(-sum, tokens)), signature: null, tokens };
  }),
  pseudo_perplexity: scorer("logarithms", "nothing", (texts) => {
    const { sum, tokens } = likelihood(texts);
    return { ...valueOr(null, () => pseudoPerplexity(-sum, tokens)), signature: null, tokens };
  }),
  bits_per_byte: scorer("logarithms", "text", (texts, references) => {
    const bytes = references.reduce((total, text) => total + Buffer.byteLength(text), 0);
    if (bytes === 0) throw new ScoreError("the references contain no text; bits per byte need the bytes of the texts");
    return { score: bitsPerByte(-likelihood(texts).sum, bytes), signature: null, bytes };
  }),
} as Readonly<Record<string, Scorer<Form, Form>>>;

function scorer<P extends Form, R extends Form>(predictions: P, references: R, score: Scorer<P, R>["score"]): Scorer<P, R> {
  return { predictions, references, score };
}

/** A score, or the reason why it is undefined. */
function valueOr(reason: string | null, score: () => number): Pick<Scored, "score" | "undefined"> {
  const { metric: _, value, ...rest } = valued("", reason, score);
  return { score: value, ...rest };
}

function ofLabels(name: string, metric: ClassificationMetric): Scorer<"label", "label"> {
  const twoClasses = needsTwoClasses(name);
  return scorer("label", "label", (predicted, gold, { positive }, known = []) => {
    const all = [...known, ...gold, ...predicted];
    const { labels, classesOf } = twoClasses ? twoClassesIn(all, positive as string | undefined) : classesIn(all);
    const signature = twoClasses ? `positive:${labels.at(-1)}` : null;
    const classes = twoClasses ? 2 : labels.length;
    const right = classesOf(gold);
    const score = valueOr(undefinedOfClasses(name, right, labels), () => metric(margins(right, classesOf(predicted), classes)));
    return { ...score, signature, labels, n: gold.length };
  });
}

/** A scorer of a metric of probabilities; a label that a prediction omits has the probability 0. */
function ofProbabilities(name: string, metric: ProbabilityMetric): Scorer<"probabilities", "label"> {
  return scorer("probabilities", "label", (predictions, gold, _, known = []) => {
    const given = probabilitiesByLabel(predictions, gold, known);
    const { labels, classesOf } = classesIn([...known, ...gold, ...new Set(given.flatMap((each) => [...each.keys()]))]);
    const right = classesOf(gold);
    const probabilities = given.map((each) => labels.map((label) => each.get(label) ?? 0));
    const score = valueOr(undefinedOfClasses(name, right, labels), () => metric(right, probabilities));
    return { ...score, signature: null, labels, n: gold.length };
  });
}

function ofPositive(name: string, metric: typeof rocAuc): Scorer<"probabilities", "label"> {
  return scorer("probabilities", "label", (predictions, gold, { positive }, known = []) => {
    const { labels, classesOf } = twoClassesIn([...known, ...gold], positive as string | undefined);
    const chosen = labels.at(-1)!;
    const scores = predictions.map((given, i) => {
      const place = Array.isArray(given) && given.length === known.length ? known.indexOf(chosen) : -1;
      const score = Array.isArray(given) ? given.at(place) : given[chosen];
      if (score === undefined) throw new ScoreError(`prediction ${i + 1} has no score for the positive label "${chosen}"`);
      return score;
    });
    const right = classesOf(gold);
    const score = valueOr(undefinedOfClasses(name, right, labels), () => metric(right, scores));
    return { ...score, signature: `positive:${chosen}`, labels, n: gold.length };
  });
}

function ofTags(name: string, scheme: EntityScheme, metric: typeof entityF1): Scorer<"tags", "tags"> {
  return scorer("tags", "tags", (predicted, gold) => {
    const counts = countEntities(gold, predicted, scheme);
    const types = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...valueOr(undefinedOfTags(name, gold), () => metric(counts)),
      signature: `scheme:${scheme === "strict" ? "iob2" : "conll"}`,
      precision: entityPrecision(counts),
      recall: entityRecall(counts),
      f1: entityF1(counts),
      entities: allEntities(counts),
      types: Object.fromEntries(types.map(([type, each]) => [type, { ...each, f1: entityF1(new Map([[type, each]])) }])),
      sentences: gold.length,
    };
  });
}

function ofAnswers(metric: typeof exactMatch): Scorer<"text", "texts"> {
  return scorer("text", "texts", (predictions, answers, { form }) => {
    const scores = predictions.map((prediction, i) => metric(prediction, answers[i]!, form as SquadForm));
    const isAnswerable = answers.map((each) => each.some((answer) => answer !== ""));
    const part = (answerable: boolean) => scores.filter((_, i) => isAnswerable[i] === answerable);
    const described = (values: readonly number[]) => (values.length === 0 ? {} : { n: values.length, score: mean(values) });
    return {
      score: mean(scores),
      signature: `form:${form}`,
      n: scores.length,
      with_answer: described(part(true)),
      without_answer: described(part(false)),
    };
  });
}

function ofCharacters(): Scorer<"text", "texts"> {
  return scorer("text", "texts", (texts, references, given) => {
    const options = given as unknown as ChrfOptions;
    const result = chrf(texts, references, options);
    const scores = given.sentence_level ? { scores: sentenceChrf(texts, references, options) } : {};
    return { ...result, ...valueOr(undefinedOfTexts("chrf", references), () => result.score), ...scores };
  });
}

function ofSummaries(variant: RougeVariant): Scorer<"text", "texts"> {
  return scorer("text", "texts", (texts, references, given) => {
    const options = { stem: given.stem === true };
    const { precision, recall, f1 } = corpusRouge(texts, references, variant, options);
    const scores = given.sentence_level ? { scores: texts.map((text, i) => rouge(text, references[i]!, variant, options).f1) } : {};
    const signature = `nrefs:${referenceCount(references)}|stem:${options.stem ? "yes" : "no"}`;
    return { ...valueOr(undefinedOfTexts(variant, references), () => f1), signature, precision, recall, f1, n: texts.length, ...scores };
  });
}

function likelihood(texts: readonly number[][]): { sum: number; tokens: number } {
  const all = texts.flat();
  if (all.length === 0) throw new ScoreError("the predictions contain no log-probabilities");
  return { sum: all.reduce((total, value) => total + value, 0), tokens: all.length };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
