import { decimalOf } from "#runtime/contract/decimal.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { undefinedOfNumbers } from "#runtime/metrics/undefined-metrics.ts";
import { type ColumnRow, emptyAnswers, emptyTexts, readColumns } from "../columns.ts";
import type { TaskProblem, ValuedExample } from "../example.ts";
import { questionOf, shownTexts } from "../shown-texts.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { meanValue } from "./regression-baseline.ts";
import { numberItems, scoreValues } from "./regression-scores.ts";

/** A number for a text, or for a pair of texts. */
export const regression: TaskDefinitionOf<"regression"> = {
  read(task, [file], key) {
    const { text, second, value } = task;
    const { rows, problems } = readColumns<string>(task.data, file!, key, { text, ...(second === null ? {} : { second }), value });
    const examples = rows.map(({ id, values }) => ({
      id,
      text: values.text!,
      second: second === null ? null : values.second!,
      value: numberOf(values.value!),
    }));
    const empty = emptyAnswers(rows, "value", `value "${value}"`, key);
    const found: TaskProblem[] = [
      ...problems,
      ...empty,
      ...(empty.length > 0 ? [] : wrongValues(rows, key)),
      ...emptyTexts(rows, "text", `text "${text}"`, key),
      ...(second === null ? [] : emptyTexts(rows, "second", `text "${second}"`, key)),
    ];
    return { examples, problems: found };
  },
  question: questionOf,
  labels: () => [],
  check: ({ train }) => tooAlike(train),
  undefinedMetric: (metric, examples) =>
    undefinedOfNumbers(
      metric,
      examples.map(({ value }) => value),
    ),
  shown: (example) => ({ input: shownTexts(example), target: String(example.value) }),
  constantBaseline: meanValue,
  score: scoreValues,
  items: numberItems,
  mainMetric: () => "pearson",
};

function numberOf(text: string): number {
  return decimalOf(text) ?? Number.NaN;
}

/** Values that are no numbers, or that training in 32 bits cannot hold. */
function wrongValues(rows: readonly ColumnRow<string>[], key: Split): TaskProblem[] {
  const check = (code: string, isWrong: (value: number) => boolean, expected: string): TaskProblem[] => {
    const wrong = rows.filter(({ values }) => isWrong(numberOf(values.value!)));
    const [first] = wrong;
    if (!first) return [];
    const message = `${first.id}: the value "${first.values.value}" ${expected} (rows with such values: ${wrong.length})`;
    return [{ severity: "error", code, message, key }];
  };
  return [
    ...check("not-a-number", Number.isNaN, "is no number; write it such as 12, -0.5 or 1e-3"),
    ...check(
      "value-too-large",
      (value) => Math.abs(value) > largest,
      "is too large: training holds numbers up to 3.4e38; write all values in a larger unit",
    ),
  ];
}

/** There is nothing to tell apart where all values are the same, or differ by less than training in 32 bits can hold. */
function tooAlike(train: readonly ValuedExample[]): TaskProblem[] {
  const fail = (code: string, message: string): TaskProblem[] => [{ severity: "error", code, message, key: "value" }];
  const [first] = train;
  const other = train.find(({ value }) => value !== first?.value);
  if (!first || !other) return fail("one-value", `all training examples have the value ${first?.value}; there is nothing to tell apart`);
  const deviation = deviationOf(train.map(({ value }) => value));
  if (deviation === 0 || deviation < least) {
    const found = `the values of the training examples, such as ${other.value} here and ${first.value} (${first.id}), are too near to each other`;
    const expected = "training tells values apart whose standard deviation is at least 1.2e-38; write all values in a smaller unit";
    return fail("values-too-near", `${other.id}: ${found}: ${expected}`);
  }
  return [];
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
}

/** The largest number of 32 bits, and the least one above 0 that has all its digits. */
const largest = (2 - 2 ** -23) * 2 ** 127;
const least = 2 ** -126;
