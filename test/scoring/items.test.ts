import { expect, test } from "vitest";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { metricsOfTexts } from "#runtime/metrics/metric-table.ts";
import { pearson } from "#runtime/metrics/pearson.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { itemsOf } from "#runtime/scoring/items.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { taskDefinitions } from "#runtime/tasks/task-definitions.ts";

const numbered = <L extends object>(lines: readonly L[]) => lines.map((line, id) => ({ id: `${id}`, ...line }));
const chosen = Int32Array.from([0, 0, 2, 1]);

const sentences = { good: "a", bad: "b" };
const asked = { question: "q1", text: "who?" };

test("of a mean, each example has its part; on chosen ones the mean is theirs", () => {
  const scored = <K extends TaskKind>(kind: K, metric: string, lines: Prediction<K>[], each: number[]) => {
    const items = itemsOf({ kind, labels: [] }, lines)!;
    expect(Array.from(items.each(metric)!), metric).toEqual(each);
    expect(items.scorer(metric)!(chosen), metric).toBeCloseTo((2 * each[0]! + each[2]! + each[1]!) / 4, 12);
  };
  scored(
    "multiple_choice",
    "accuracy",
    numbered([
      { answer: 1, predicted: 1 },
      { answer: 2, predicted: 1 },
      { answer: 3, predicted: 3 },
    ]),
    [1, 0, 1],
  );
  scored(
    "minimal_pairs",
    "accuracy",
    numbered([
      { ...sentences, good_log_likelihood: -1, bad_log_likelihood: -2 },
      { ...sentences, good_log_likelihood: -3, bad_log_likelihood: -2 },
      { ...sentences, good_log_likelihood: 0, bad_log_likelihood: 0 },
    ]),
    [1, 0, 0.5],
  );
  scored(
    "span_question_answering",
    "exact_match",
    numbered([
      { ...asked, answers: ["a b"], predicted: "a b" },
      { ...asked, answers: ["c"], predicted: "d" },
      { ...asked, answers: [], predicted: "" },
    ]),
    [1, 0, 1],
  );
  scored(
    "summarisation",
    "rouge1",
    numbered([
      { source: "", target: "a b", predicted: "a b" },
      { source: "", target: "a b", predicted: "c" },
      { source: "", target: "a b", predicted: "a c" },
    ]),
    [1, 0, 0.5],
  );
});

test("a metric that is no mean is computed on the chosen examples together", () => {
  const numbers = [
    { value: 1, predicted: 1.5 },
    { value: 2, predicted: 1 },
    { value: 4, predicted: 3 },
  ];
  const regression = itemsOf({ kind: "regression", labels: [] }, numbered(numbers))!;
  expect(regression.each("pearson")).toBeUndefined();
  expect(regression.scorer("pearson")!(chosen)).toBeCloseTo(pearson([1, 1, 4, 2], [1.5, 1.5, 3, 1]), 12);

  const tagged = [
    { words: ["A", "b"], tags: ["B-PER", "O"], predicted: ["B-PER", "O"] },
    { words: ["C", "D"], tags: ["B-LOC", "I-LOC"], predicted: ["B-LOC", "O"] },
    { words: ["e", "F"], tags: ["O", "B-PER"], predicted: ["B-PER", "O"] },
  ];
  const tagging = itemsOf({ kind: "tagging", labels: [] }, numbered(tagged))!;
  const picked = Array.from(chosen, (index) => tagged[index]!);
  const requested = scoreTags(
    picked.map(({ tags }) => tags),
    picked.map(({ predicted }) => predicted),
  );
  for (const metric of ["entity_f1", "entity_f1_macro", "entity_f1_strict", "entity_precision", "entity_recall", "accuracy"])
    expect(tagging.scorer(metric)!(chosen), metric).toBeCloseTo(requested.find((each) => each.metric === metric)!.value!, 12);
});

test("labels that the task has not are left to the seeds, and so are probabilities of other labels", () => {
  const task = { kind: "classification", labels: ["a", "b"] } as const;
  expect(itemsOf(task, numbered([{ label: "a", predicted: "b", probabilities: [0.2, 0.8] }]))).toBeDefined();
  expect(itemsOf(task, numbered([{ label: "c", predicted: "a" }]))).toBeUndefined();
  expect(itemsOf(task, numbered([{ label: "a", predicted: "c" }]))).toBeUndefined();
  expect(itemsOf(task, numbered([{ label: "a", predicted: "b", probabilities: [0.2, 0.3, 0.5] }]))).toBeUndefined();
});

test("a model that diverged keeps its score, without a standard error", () => {
  const scores = [{ metric: "mae", value: 1, split: "test", n: 2 }] as const;
  const task = { kind: "regression", labels: [] } as const;
  const of = (predicted: number) => numbered([1, 2].map((value) => ({ value, predicted: value * predicted })));
  expect(withStandardErrors(scores, task, of(2))[0]).toHaveProperty("standard_error");
  expect(withStandardErrors(scores, task, of(Number.NaN))).toEqual(scores);
});

test("a kind of task without an entry does not compile", () => {
  const { tagging, ...others } = taskDefinitions;
  // @ts-expect-error tagging is missing
  const table: typeof taskDefinitions = others;
  expect(table).not.toHaveProperty("tagging");
  expect(tagging).toBeTypeOf("object");
});

const labelled = numbered([
  { label: "no", predicted: "yes", probabilities: [0.2, 0.8] },
  { label: "yes", predicted: "yes", probabilities: [0.1, 0.9] },
]);
const texts = numbered([
  { source: "", target: "the cat sat on the mat", predicted: "the cat sat on a mat" },
  { source: "", target: "dogs bark", predicted: "dogs bark" },
]);

/** Two examples of each kind, as runs keep them. */
const samples: { readonly [K in TaskKind]: readonly Prediction<K>[] } = {
  classification: labelled,
  pair_classification: labelled,
  regression: numbered([
    { value: 1, predicted: 2 },
    { value: 3, predicted: 2.5 },
  ]),
  multiple_choice: numbered([
    { answer: 1, predicted: null },
    { answer: 2, predicted: 2 },
  ]),
  minimal_pairs: numbered([
    { ...sentences, good_log_likelihood: -1, bad_log_likelihood: -2 },
    { ...sentences, good_log_likelihood: -1, bad_log_likelihood: -1 },
  ]),
  tagging: numbered([
    { words: ["A"], tags: ["B-A"], predicted: ["B-A"] },
    { words: ["b", "A"], tags: ["O", "B-A"], predicted: ["O", "O"] },
  ]),
  span_question_answering: numbered([
    { ...asked, answers: ["a"], predicted: "a" },
    { ...asked, answers: [], predicted: "" },
  ]),
  translation: texts,
  summarisation: texts,
  generation: texts,
};

test.each(
  catalogue.metrics.flatMap(({ name, of }) => of.filter((kind) => kind in samples).map((kind) => [kind as TaskKind, name] as const)),
)("%s: %s can be scored on drawn examples, as on all", (kind, metric) => {
  const items = itemsOf({ kind, labels: ["no", "yes"] }, samples[kind])!;
  const score = items.scorer(metric);
  expect(score, metric).toBeDefined();
  expect(Number.isFinite(score!(Int32Array.from([0, 1])))).toBe(true);
  expect(Number.isFinite(score!(Int32Array.from([1, 1])))).toBe(true);
});

test("of texts together, the drawn ones are scored as a corpus of their own", () => {
  const items = itemsOf({ kind: "translation", labels: [] }, texts)!;
  const drawn = [0, 0, 1].map((index) => texts[index]!);
  for (const metric of ["bleu", "chrf", "chrfpp", "ter"] as const) {
    const requested = metricsOfTexts[metric](
      drawn.map(({ target }) => [target]),
      drawn.map(({ predicted }) => predicted),
    );
    expect(items.scorer(metric)!(Int32Array.from([0, 0, 1])), metric).toBeCloseTo(requested, 9);
  }
});

test("labels are the task's: answers that are all positive leave the positive class what it is", () => {
  const lines = numbered([
    { label: "yes", predicted: "yes" },
    { label: "yes", predicted: "yes" },
  ]);
  const items = itemsOf({ kind: "classification", labels: ["no", "yes"] }, lines)!;
  expect(items.scorer("f1")!(Int32Array.from([0, 1]))).toBe(1);
});
