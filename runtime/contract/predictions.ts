import * as v from "valibot";
import type { TaskKind } from "./spec.ts";

/*
 * What `predictions.jsonl` holds: a line for each test example, whose fields follow from the kind of the task, whoever answered (a head,
 * a model that writes, a constant baseline). What writes these lines and what reads them are typed by the schemas below.
 */

/** Of a line; what JSON cannot hold is none. */
const finite = v.pipe(v.number(), v.finite());
/** Of the example: file name and line, `train.tsv:17`. */
const id = v.string();
/** The text that a model wrote, where it answers by writing. */
const written = v.exactOptional(v.string());

const label = v.object({
  id,
  label: v.string(),
  /** Null: what was written is none of the task's labels. */
  predicted: v.nullable(v.string()),
  /** Of the task's labels, in their order; a model that writes and a constant baseline keep none. */
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
    /** Choices are counted from 1. */
    answer: finite,
    /** Null: none of the choices. */
    predicted: v.nullable(finite),
    /** Of this example's choices. */
    probabilities: v.exactOptional(v.array(finite)),
    written,
  }),
  span_question_answering: v.object({
    id,
    /** As the file calls it. */
    question: v.string(),
    text: v.string(),
    /** Right answers; none where the question has no answer. */
    answers: v.array(v.string()),
    /** Empty: that there is no answer. */
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

/** A line of `predictions.jsonl` of a kind of task; without a kind, of any. */
export type Prediction<K extends TaskKind = TaskKind> = ByKind[K];

const schemas: { readonly [K in TaskKind]: v.GenericSchema<unknown, ByKind[K]> } = byKind;

/** Lines as a kind's predictions; undefined where one of them is not what the kind keeps, such as a number that is none. */
export function checkedPredictions<K extends TaskKind>(kind: K, lines: readonly unknown[]): readonly Prediction<K>[] | undefined {
  const schema: v.GenericSchema<unknown, Prediction<K>> = schemas[kind];
  return lines.every((line): line is Prediction<K> => v.is(schema, line)) ? lines : undefined;
}
