import { undefinedOfNumbers } from "#runtime/metrics/undefined-metrics.ts";
import { emptyAnswers, emptyTexts, readColumns } from "../columns.ts";
import type { TaskDataOf, TaskProblem, TaskReader, ValuedExample } from "../example.ts";
import { questionOf, shownTexts } from "../texts.ts";

/** A number for a text, or for a pair of texts. */
export const regression: TaskReader<TaskDataOf<"regression">, ValuedExample> = {
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
    const wrong = rows.filter((_, i) => Number.isNaN(examples[i]!.value));
    const found: TaskProblem[] = [
      ...problems,
      ...empty,
      ...(empty.length > 0 || wrong.length === 0
        ? []
        : [
            {
              severity: "error" as const,
              code: "not-a-number",
              message: `${wrong[0]!.id}: the value "${wrong[0]!.values.value}" is no number (rows with such values: ${wrong.length})`,
              key,
            },
          ]),
      ...emptyTexts(rows, "text", `text "${text}"`, key),
      ...(second === null ? [] : emptyTexts(rows, "second", `text "${second}"`, key)),
    ];
    return { examples, problems: found };
  },
  question: questionOf,
  labels: () => [],
  check({ train }) {
    const first = train[0]?.value;
    if (train.some(({ value }) => value !== first)) return [];
    const message = `all training examples have the value ${first}; there is nothing to tell apart`;
    return [{ severity: "error", code: "one-value", message, key: "value" }];
  },
  undefinedMetric: (metric, examples) =>
    undefinedOfNumbers(
      metric,
      examples.map(({ value }) => value),
    ),
  shown: (example) => ({ input: shownTexts(example), target: String(example.value) }),
};

function numberOf(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
