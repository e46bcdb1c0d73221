import { expect, test } from "vitest";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { formOfKind, type PredictionForm } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { pearson } from "#runtime/metrics/pearson.ts";
import { textMetrics } from "#runtime/metrics/table.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { itemsOf } from "#runtime/scoring/items.ts";

const numbered = (lines: Record<string, unknown>[]) => lines.map((line, id) => ({ id: `${id}`, ...line }));
const chosen = Int32Array.from([0, 0, 2, 1]);

test("of a mean, each example has its part; on chosen ones the mean is theirs", () => {
  const forms: [TaskKind, string, Record<string, unknown>[], number[]][] = [
    [
      "multiple_choice",
      "accuracy",
      [
        { answer: 1, predicted: 1 },
        { answer: 2, predicted: 1 },
        { answer: 3, predicted: 3 },
      ],
      [1, 0, 1],
    ],
    [
      "minimal_pairs",
      "accuracy",
      [
        { good_log_likelihood: -1, bad_log_likelihood: -2 },
        { good_log_likelihood: -3, bad_log_likelihood: -2 },
        { good_log_likelihood: 0, bad_log_likelihood: 0 },
      ],
      [1, 0, 0.5],
    ],
    [
      "span_question_answering",
      "exact_match",
      [
        { answers: ["a b"], predicted: "a b" },
        { answers: ["c"], predicted: "d" },
        { answers: [], predicted: "" },
      ],
      [1, 0, 1],
    ],
    [
      "summarisation",
      "rouge1",
      [
        { target: "a b", predicted: "a b" },
        { target: "a b", predicted: "c" },
        { target: "a b", predicted: "a c" },
      ],
      [1, 0, 0.5],
    ],
  ];
  for (const [kind, metric, lines, each] of forms) {
    const items = itemsOf({ kind, labels: [] }, numbered(lines))!;
    expect(Array.from(items.each(metric)!), metric).toEqual(each);
    expect(items.scorer(metric)!(chosen), metric).toBeCloseTo((2 * each[0]! + each[2]! + each[1]!) / 4, 12);
  }
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

  const sentences = [
    { tags: ["B-PER", "O"], predicted: ["B-PER", "O"] },
    { tags: ["B-LOC", "I-LOC"], predicted: ["B-LOC", "O"] },
    { tags: ["O", "B-PER"], predicted: ["B-PER", "O"] },
  ];
  const tagging = itemsOf({ kind: "tagging", labels: [] }, numbered(sentences))!;
  const picked = Array.from(chosen, (index) => sentences[index]!);
  const wanted = scoreTags(
    picked.map(({ tags }) => tags),
    picked.map(({ predicted }) => predicted),
  );
  for (const metric of ["entity_f1", "entity_f1_macro", "entity_f1_strict", "entity_precision", "entity_recall", "accuracy"])
    expect(tagging.scorer(metric)!(chosen), metric).toBeCloseTo(wanted.find((each) => each.metric === metric)!.value!, 12);
});

test("what a kind does not keep is left to the seeds", () => {
  expect(itemsOf({ kind: "regression", labels: [] }, numbered([{ something: 1 }]))).toBeUndefined();
  expect(itemsOf({ kind: "regression", labels: [] }, numbered([{ value: 1, predicted: Number.NaN }]))).toBeUndefined();
  expect(itemsOf({ kind: "classification", labels: ["a", "b"] }, numbered([{ label: "c", predicted: "a" }]))).toBeUndefined();
});

/** Two examples of each form, as runs keep them. */
const samples: Record<PredictionForm, Record<string, unknown>[]> = {
  label: [
    { label: "no", predicted: "yes", probabilities: [0.2, 0.8] },
    { label: "yes", predicted: "yes", probabilities: [0.1, 0.9] },
  ],
  number: [
    { value: 1, predicted: 2 },
    { value: 3, predicted: 2.5 },
  ],
  choice: [
    { answer: 1, predicted: null },
    { answer: 2, predicted: 2 },
  ],
  pair: [
    { good_log_likelihood: -1, bad_log_likelihood: -2 },
    { good_log_likelihood: -1, bad_log_likelihood: -1 },
  ],
  tags: [
    { tags: ["B-A"], predicted: ["B-A"] },
    { tags: ["O", "B-A"], predicted: ["O", "O"] },
  ],
  answer: [
    { answers: ["a"], predicted: "a" },
    { answers: [], predicted: "" },
  ],
  text: [
    { target: "the cat sat on the mat", predicted: "the cat sat on a mat" },
    { target: "dogs bark", predicted: "dogs bark" },
  ],
};

test.each(
  catalogue.metrics.flatMap(({ name, of }) => of.filter((kind) => kind in formOfKind).map((kind) => [kind as TaskKind, name] as const)),
)("%s: %s can be scored on drawn examples, as on all", (kind, metric) => {
  const items = itemsOf({ kind, labels: ["no", "yes"] }, numbered(samples[formOfKind[kind]]))!;
  const score = items.scorer(metric);
  expect(score, metric).toBeDefined();
  expect(Number.isFinite(score!(Int32Array.from([0, 1])))).toBe(true);
  expect(Number.isFinite(score!(Int32Array.from([1, 1])))).toBe(true);
});

test("of texts together, the drawn ones are scored as a corpus of their own", () => {
  const lines = samples.text as { target: string; predicted: string }[];
  const items = itemsOf({ kind: "translation", labels: [] }, numbered(lines))!;
  const drawn = [0, 0, 1].map((index) => lines[index]!);
  for (const metric of ["bleu", "chrf", "chrfpp", "ter"] as const) {
    const wanted = textMetrics[metric](
      drawn.map(({ target }) => [target]),
      drawn.map(({ predicted }) => predicted),
    );
    expect(items.scorer(metric)!(Int32Array.from([0, 0, 1])), metric).toBeCloseTo(wanted, 9);
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
