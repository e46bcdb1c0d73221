import * as v from "valibot";
import type { TaskKind } from "./spec.ts";

/*
 * The lines of `predictions.jsonl`, one per test example. Their fields follow from the kind of task, not from what answered (a head, a
 * model that writes text, a constant baseline). The schemas below type the code that writes these lines and the code that reads them.
 */

/** A finite number; JSON has no other numbers. */
const finite = v.pipe(v.number(), v.finite());
/** Id of an example: file name and line, such as `train.tsv:17`. */
const id = v.string();
/** The text that the model wrote, if it answers by writing. */
const written = v.exactOptional(v.string());

const label = v.object({
  id,
  label: v.string(),
  /** Null: the written text is not a label of the task. */
  predicted: v.nullable(v.string()),
  /** Probabilities of the task's labels, in their order; absent if a model wrote the answer, and for a constant baseline. */
  probabilities: v.exactOptional(v.array(finite)),
  written,
});

const text = v.object({ id, source: v.string(), target: v.string(), predicted: v.string() });

const byKind = {
  classification: label,
  pair_classification: label,
  regression: v.object({ id, value: finite, predicted: finite, written }),
  tagging: v.object({ id, words: v.array(v.string()), tags: v.array(v.string()), predicted: v.array(v.string()) }),
  multiple_choice: v.object({
    id,
    /** Number of the correct choice, from 1. */
    answer: finite,
    /** Number of the predicted choice, from 1; null: the answer is not a choice. */
    predicted: v.nullable(finite),
    /** Probabilities of the choices of this example. */
    probabilities: v.exactOptional(v.array(finite)),
    written,
  }),
  span_question_answering: v.object({
    id,
    /** Id of the question in the file. */
    question: v.string(),
    text: v.string(),
    /** Correct answers; empty if the question has no answer. */
    answers: v.array(v.string()),
    /** Predicted answer; empty: the model predicts that there is none. */
    predicted: v.string(),
    /** Sum of the span's two logits. */
    score: v.exactOptional(finite),
  }),
  translation: text,
  summarisation: text,
  generation: text,
  minimal_pairs: v.object({
    id,
    good: v.string(),
    bad: v.string(),
    /** What the pair tests. */
    group: v.exactOptional(v.nullable(v.string())),
    /** Nats. */
    good_log_likelihood: finite,
    bad_log_likelihood: finite,
  }),
} as const satisfies Record<TaskKind, v.GenericSchema>;

type ByKind = { [K in keyof typeof byKind]: v.InferOutput<(typeof byKind)[K]> };

/** A line of `predictions.jsonl` for a kind of task, or for any kind. */
export type Prediction<K extends TaskKind = TaskKind> = ByKind[K];

const schemas: { readonly [K in TaskKind]: v.GenericSchema<unknown, ByKind[K]> } = byKind;

/** Checks lines against the schema of a kind of task; undefined if any line does not match it. */
export function checkedPredictions<K extends TaskKind>(kind: K, lines: readonly unknown[]): readonly Prediction<K>[] | undefined {
  const schema: v.GenericSchema<unknown, Prediction<K>> = schemas[kind];
  return lines.every((line): line is Prediction<K> => v.is(schema, line)) ? lines : undefined;
}
