import { expect, test } from "vitest";
import { itemsOfForm, type Line } from "#runtime/compare/item-forms.ts";
import { pearson } from "#runtime/metrics/pearson.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";

const numbered = (lines: Record<string, unknown>[]): Line[] => lines.map((line, id) => ({ id: `${id}`, ...line }));
const chosen = Int32Array.from([0, 0, 2, 1]);

test("of a mean, each example has its part; on chosen ones the mean is theirs", () => {
  const forms: [string, Record<string, unknown>[], number[]][] = [
    [
      "accuracy",
      [
        { answer: 1, predicted: 1 },
        { answer: 2, predicted: 1 },
        { answer: 3, predicted: 3 },
      ],
      [1, 0, 1],
    ],
    [
      "accuracy",
      [
        { good_log_likelihood: -1, bad_log_likelihood: -2 },
        { good_log_likelihood: -3, bad_log_likelihood: -2 },
        { good_log_likelihood: 0, bad_log_likelihood: 0 },
      ],
      [1, 0, 0.5],
    ],
    [
      "exact_match",
      [
        { answers: ["a b"], predicted: "a b" },
        { answers: ["c"], predicted: "d" },
        { answers: [], predicted: "" },
      ],
      [1, 0, 1],
    ],
    [
      "rouge1",
      [
        { target: "a b", predicted: "a b" },
        { target: "a b", predicted: "c" },
        { target: "a b", predicted: "a c" },
      ],
      [1, 0, 0.5],
    ],
  ];
  for (const [metric, lines, each] of forms) {
    const items = itemsOfForm(numbered(lines))!;
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
  const regression = itemsOfForm(numbered(numbers))!;
  expect(regression.each("pearson")).toBeUndefined();
  expect(regression.scorer("pearson")!(chosen)).toBeCloseTo(pearson([1, 1, 4, 2], [1.5, 1.5, 3, 1]), 12);

  const sentences = [
    { tags: ["B-PER", "O"], predicted: ["B-PER", "O"] },
    { tags: ["B-LOC", "I-LOC"], predicted: ["B-LOC", "O"] },
    { tags: ["O", "B-PER"], predicted: ["B-PER", "O"] },
  ];
  const tagging = itemsOfForm(numbered(sentences))!;
  const picked = Array.from(chosen, (index) => sentences[index]!);
  const wanted = scoreTags(
    picked.map(({ tags }) => tags),
    picked.map(({ predicted }) => predicted),
  );
  for (const metric of ["entity_f1", "entity_precision", "entity_recall", "accuracy"])
    expect(tagging.scorer(metric)!(chosen), metric).toBeCloseTo(wanted.find((each) => each.metric === metric)!.value!, 12);
});

test("what is not known is left to the seeds", () => {
  expect(itemsOfForm(numbered([{ something: 1 }]))).toBeUndefined();
  expect(itemsOfForm(numbered([{ target: "a", predicted: "b" }]))!.scorer("bleu")).toBeUndefined();
});
