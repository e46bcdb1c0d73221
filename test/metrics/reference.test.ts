import { describe, expect, test } from "vitest";
import { type ScoreOptions, scorers } from "#runtime/metrics/scorers.ts";
import reference from "./metrics.json" with { type: "json" };
import { defaultOptions } from "./options.ts";

/** metrics.json: what the field's own programs gave (sacreBLEU, rouge-score, seqeval, scikit-learn, SciPy, SQuAD's script). */

function scored(metric: string, predictions: unknown[], references: unknown[], options: ScoreOptions = {}) {
  return scorers[metric]!.score(predictions as never, references as never, { ...defaultOptions(metric), ...options });
}

/** 1e-6, relative. */
function near(found: unknown, requested: number): void {
  expect(Math.abs((found as number) - requested)).toBeLessThanOrEqual(1e-6 * Math.abs(requested));
}

function allNear(found: unknown, requested: readonly number[]): void {
  expect(found).toHaveLength(requested.length);
  for (const [i, each] of requested.entries()) near((found as number[])[i], each);
}

describe("translation, as sacreBLEU", () => {
  const { hypotheses, references, cases } = reference.translation;
  const rightTexts = (count: number) => hypotheses.map((_, i) => references.slice(0, count).map((texts) => texts[i]!));

  test.each(cases.map((each) => [`${each.metric} ${JSON.stringify(each.options)}, ${each.references} references`, each] as const))(
    "%s",
    (_, each) => {
      const isSentences = each.metric === "sentence_bleu";
      const options: ScoreOptions = { ...each.options, ...(isSentences ? { sentence_level: true } : {}) };
      const result = scored(isSentences ? "bleu" : each.metric, hypotheses, rightTexts(each.references), options);
      if ("scores" in each) {
        allNear(result.scores, each.scores!);
        return;
      }
      near(result.score, each.score!);
      if ("signature" in each) expect(result.signature).toBe(each.signature);
      if ("brevity_penalty" in each) near(result.brevity_penalty, each.brevity_penalty!);
      if (each.precisions) allNear(result.precisions, each.precisions);
      if ("hypothesis_length" in each) {
        expect([result.hypothesis_length, result.reference_length]).toEqual([each.hypothesis_length, each.reference_length]);
      }
    },
  );

  test("Chinese", () => {
    const { hypotheses, references, score, precisions } = reference.chinese;
    const result = scored(
      "bleu",
      hypotheses,
      hypotheses.map((_, i) => references.map((texts) => texts[i])),
      { tokenize: "zh" },
    );
    near(result.score, score);
    allNear(result.precisions, precisions);
  });
});

describe("summaries, as rouge-score", () => {
  const { hypotheses, references, rouge } = reference.summaries;

  test.each(["plain", "stemmed"] as const)("%s", (form) => {
    for (const [variant, requested] of Object.entries(rouge[form])) {
      requested.forEach((each, i) => {
        const found = scored(variant, [hypotheses[i]], [[references[i]]], { stem: form === "stemmed" });
        near(found.precision, each.precision);
        near(found.recall, each.recall);
        near(found.score, each.f1);
      });
    }
  });
});

test.each(["1.1", "2.0"])("answers, as SQuAD %s's script", (form) => {
  for (const { prediction, answers, exact_match, f1 } of reference.span_answers) {
    near(scored("exact_match", [prediction], [answers], { form }).score, exact_match);
    near(scored("answer_f1", [prediction], [answers], { form }).score, f1);
  }
});

test("entities, as seqeval", () => {
  const { gold, predicted, default: lenient, strict_iob2: strict } = reference.tagging;
  near(scored("entity_precision", predicted, gold).score, lenient.precision);
  near(scored("entity_recall", predicted, gold).score, lenient.recall);
  near(scored("entity_f1", predicted, gold).score, lenient.f1);
  near(scored("entity_f1_macro", predicted, gold).score, lenient.macro_f1);
  const result = scored("entity_f1_strict", predicted, gold);
  near(result.score, strict.f1);
  near(result.precision, strict.precision);
  near(result.recall, strict.recall);
});

test("classes, as scikit-learn", () => {
  const { gold, predicted, binary, confusion, ...requested } = reference.classification;
  const labels = (values: readonly number[]) => values.map(String);
  const score = (metric: string) => scored(metric, labels(predicted), labels(gold)).score;
  near(score("accuracy"), requested.accuracy);
  near(score("f1_macro"), requested.macro_f1);
  near(score("f1_micro"), requested.micro_f1);
  near(score("f1_weighted"), requested.weighted_f1);
  near(score("matthews"), requested.matthews);
  expect(score("confusion_matrix")).toEqual(confusion);
  for (const metric of ["precision", "recall", "f1", "matthews"] as const) {
    near(scored(metric, labels(binary.predicted), labels(binary.gold)).score, binary[metric]);
  }
  for (const metric of ["roc_auc", "average_precision"] as const) {
    near(
      scored(
        metric,
        binary.probability.map((each) => [each]),
        labels(binary.gold),
      ).score,
      binary[metric],
    );
  }
});

test.each(["pearson", "spearman", "kendall", "mse", "mae"] as const)("%s, as SciPy", (metric) => {
  const { gold, predicted } = reference.regression;
  near(scored(metric, predicted, gold).score, reference.regression[metric]);
});
