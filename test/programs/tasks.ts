import type { ResolvedTaskOf, TrainedTask } from "#runtime/contract/plan.ts";
import type { Architecture } from "#runtime/contract/spec.ts";

const data: Pick<ResolvedTaskOf<"classification">, "train" | "validation" | "test" | "data" | "labels" | "files"> = {
  train: "train.tsv",
  validation: 0.1,
  test: 0.1,
  data: { format: "auto", columns: null, separators: null, encoding: "utf-8" },
  labels: [],
  files: [],
};

export const labelled: ResolvedTaskOf<"classification"> = {
  ...data,
  kind: "classification",
  text: "text",
  second: null,
  label: "label",
  pool: "mean",
  labels: ["a", "b", "c"],
};

/** A task of every head, and an architecture to carry it. */
export const tasks: [string, TrainedTask, Architecture][] = [
  ["classification behind a pooler", { ...labelled, pool: "pooler" }, "encoder"],
  ["regression", { ...data, kind: "regression", text: "text", second: null, value: "value", pool: "mean" }, "encoder"],
  ["tagging", { ...data, kind: "tagging", words: null, tags: null, labels: ["B", "I", "O"] }, "decoder"],
  [
    "multiple choice",
    {
      ...data,
      kind: "multiple_choice",
      question: null,
      choices: ["a", "b", "c"],
      answer: "answer",
      firstNumber: 0,
      pool: "mean",
      labels: ["1", "2", "3"],
    },
    "encoder",
  ],
  ["question answering", { ...data, kind: "span_question_answering", stride: null, longestAnswer: 30 }, "encoder-decoder"],
];
