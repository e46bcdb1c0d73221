import { expect, test } from "vitest";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { filesOf, plain, sentiment, tsv } from "./helpers.ts";

/** Metrics that the data leave undefined are reported before anything runs. */

const files = { data: plain, train: "train", validation: "dev", test: "test" };
const classes = (...metrics: string[]) => ({ ...sentiment, metrics }) satisfies TaskSpec;
const tagged = (...metrics: string[]) => ({ ...files, kind: "tagging", words: null, tags: null, metrics }) satisfies TaskSpec;
const numbers = { ...sentiment, kind: "regression", value: "polarity", metrics: ["pearson", "mse"] } as unknown as TaskSpec;
const summaries = {
  ...sentiment,
  kind: "summarisation",
  source: "sentence",
  target: "polarity",
  metrics: ["rouge1"],
  prefix: "",
  beams: 1,
  longest: 9,
} as unknown as TaskSpec;

const both = (prefix: string) => tsv([`${prefix} 1`, "0"], [`${prefix} 2`, "1"], [`${prefix} 3`, "1"]);
const words = (...tags: string[]) => `${tags.map((tag, i) => `word${i}\t${tag}`).join("\n")}\n`;
const problemsOf = (spec: TaskSpec, contents: Record<string, string>) => resolveTask(spec, "t", filesOf(contents)).problems;

test.each<[string, TaskSpec, string, RegExp]>([
  [
    "one class",
    classes("accuracy", "roc_auc"),
    tsv(["c 1", "0"], ["c 2", "0"]),
    /^roc_auc has no value on the test split: all correct labels are "0"/,
  ],
  ["no positive", classes("accuracy", "f1"), tsv(["c 1", "0"]), /^f1 has no value on the test split: no correct label is "1"/],
])("%s in the test split", (_, spec, content, message) => {
  const problems = problemsOf(spec, { "train.tsv": both("a"), "dev.tsv": both("b"), "test.tsv": content });
  expect(problems).toMatchObject([{ severity: "warning", code: "metric-undefined", path: ["tasks", "t", "metrics", 1] }]);
  expect(problems[0]?.message).toMatch(message);
});

test("a constant in the validation split", () => {
  const problems = problemsOf(numbers, { "train.tsv": both("a"), "dev.tsv": tsv(["b 1", "3"], ["b 2", "3"]), "test.tsv": both("c") });
  expect(problems.map(({ message }) => message)).toEqual([
    "pearson has no value on the validation split: all correct values are 3. Name another metric, or another validation split.",
  ]);
});

test("texts without a word that ROUGE counts", () => {
  const chinese = (name: string) => tsv([`${name} 1`, "天地玄黄"], [`${name} 2`, "宇宙洪荒"]);
  const problems = problemsOf(summaries, { "train.tsv": chinese("a"), "dev.tsv": chinese("b"), "test.tsv": chinese("c") });
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("rouge1 has no value on the validation split: no correct text has a word"),
    expect.stringContaining("rouge1 has no value on the test split: no correct text has a word"),
  ]);
});

test("parts of speech with a metric of entities are an error with the way out; with accuracy they are not", () => {
  const parts = { train: words("DET", "NOUN"), dev: words("NOUN", "VERB", "DET"), test: words("VERB", "NOUN") };
  const problems = problemsOf(tagged("entity_f1", "accuracy"), parts);
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(errors).toMatchObject([{ code: "tags-mark-no-entities", path: ["tasks", "t", "metrics", 0] }]);
  expect(errors[0]?.message).toMatch(/such as "DET".*Write metrics: \[accuracy\]\./);
  expect(problemsOf(tagged("accuracy"), parts).filter(({ severity }) => severity === "error")).toEqual([]);
});

test("BILOU tags mark entities, and a test split without any is reported", () => {
  const bilou = { train: words("B-X", "L-X", "U-X", "O"), dev: words("U-X", "O", "O"), test: words("O", "U-X") };
  expect(problemsOf(tagged("entity_f1"), bilou)).toEqual([]);
  const none = problemsOf(tagged("entity_f1"), { ...bilou, test: words("O", "O") });
  expect(none).toMatchObject([{ severity: "warning", code: "metric-undefined" }]);
  expect(none[0]?.message).toContain("no correct tag is part of an entity");
});
