import * as v from "valibot";
import type { TaskKind } from "./spec.ts";

/*
 * What `predictions.jsonl` holds of each test example, by the task's kind. A kind has one form, whoever answered: a head, words, or the
 * majority. More may stand in a line, for people.
 */

const id = v.string();

export const predictionForms = {
  /** `predicted`: null where the answer is none of the labels. Probabilities are those of the task's labels, in their order. */
  label: v.looseObject({
    id,
    label: v.string(),
    predicted: v.nullable(v.string()),
    probabilities: v.exactOptional(v.array(v.number())),
  }),
  number: v.looseObject({ id, value: v.number(), predicted: v.number() }),
  /** Choices are counted from 1; null: none of them. */
  choice: v.looseObject({ id, answer: v.number(), predicted: v.nullable(v.number()) }),
  /** Log-likelihoods of the good sentence and of the bad one. */
  pair: v.looseObject({ id, good_log_likelihood: v.number(), bad_log_likelihood: v.number() }),
  tags: v.looseObject({ id, tags: v.array(v.string()), predicted: v.array(v.string()) }),
  /** Right answers; none where the question has no answer. */
  answer: v.looseObject({ id, answers: v.array(v.string()), predicted: v.string() }),
  text: v.looseObject({ id, target: v.string(), predicted: v.string() }),
};

export type PredictionForm = keyof typeof predictionForms;
export type Prediction<F extends PredictionForm> = v.InferOutput<(typeof predictionForms)[F]>;

export const formOfKind: Record<TaskKind, PredictionForm> = {
  classification: "label",
  pair_classification: "label",
  regression: "number",
  multiple_choice: "choice",
  minimal_pairs: "pair",
  tagging: "tags",
  span_question_answering: "answer",
  translation: "text",
  summarisation: "text",
  generation: "text",
};
