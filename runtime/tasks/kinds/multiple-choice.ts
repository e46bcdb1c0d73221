import { malformedRows, readColumns } from "../columns.ts";
import type { ChoiceExample, TaskDataOf, TaskProblem, TaskReader } from "../example.ts";

type ChoiceTask = TaskDataOf<"multiple_choice">;

/** The right one of several texts. */
export const multipleChoice: TaskReader<ChoiceTask, ChoiceExample> = {
  read(task, [file], key) {
    const columns = Object.fromEntries(task.choices.map((name, i) => [`choices.${i}`, name]));
    const question = task.question === null ? {} : { question: task.question };
    const { rows, problems } = readColumns<string>(task.data, file!, key, { ...question, ...columns, answer: task.answer });
    const wrong: { id: string; message: string }[] = [];
    const examples = rows.flatMap(({ id, values }): ChoiceExample[] => {
      const choices = choicesOf(
        task.choices.map((_, i) => values[`choices.${i}`]!),
        task,
      );
      if (typeof choices === "string") {
        wrong.push({ id, message: choices });
        return [];
      }
      const answer = answerOf(values.answer!.trim(), choices, task.firstNumber);
      if (answer !== null) return [{ id, question: values.question ?? null, choices, answer }];
      wrong.push({
        id,
        message: `the answer "${values.answer}" is none of ${choices.length} choices: expected the text of one, its letter, or its number from ${task.firstNumber}`,
      });
      return [];
    });
    const found: TaskProblem[] = [...problems, ...malformedRows("wrong-answer", wrong, key)];
    return { examples, problems: found };
  },
  question: ({ question, choices }) => [...(question === null ? [] : [question]), ...choices],
  labels: (examples) => Array.from({ length: Math.max(0, ...examples.map(({ choices }) => choices.length)) }, (_, i) => String(i + 1)),
  check: (splits, labels) =>
    (["validation", "test"] as const).flatMap((split): TaskProblem[] => {
      const first = splits[split].find(({ choices }) => choices.length > labels.length);
      if (!first) return [];
      const message = `${first.id}: ${first.choices.length} choices, and no training example has more than ${labels.length}`;
      return [{ severity: "error", code: "more-choices", message, key: split }];
    }),
  shown: ({ question, choices, answer }) => ({
    input: [...(question === null ? [] : [question]), ...choices].join(" ‖ "),
    target: choices[answer]!,
  }),
};

/** Columns, those left empty aside, or one field that holds a list. */
function choicesOf(values: readonly string[], { choices: names }: ChoiceTask): string[] | string {
  if (values.length > 1) {
    const given = values.filter((value) => value.trim() !== "");
    return given.length > 1
      ? given
      : `${given.length} of the choices ${names.map((name) => `"${name}"`).join(", ")} hold a text; two are needed`;
  }
  const list = listOf(values[0]!);
  return list && list.length > 1
    ? list
    : `"${names[0]}" is no list of two or more texts; name a column for each choice, or a field that holds a list`;
}

function listOf(value: string): string[] | null {
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : null;
  } catch {
    return null;
  }
}

function answerOf(answer: string, choices: readonly string[], firstNumber: number): number | null {
  const byText = choices.findIndex((choice) => choice.trim() === answer);
  if (byText >= 0) return byText;
  const index = /^\d+$/u.test(answer)
    ? Number(answer) - firstNumber
    : /^[A-Za-z]$/u.test(answer)
      ? answer.toUpperCase().charCodeAt(0) - 65
      : -1;
  return index >= 0 && index < choices.length ? index : null;
}
