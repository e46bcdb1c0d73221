import { largest } from "#runtime/contract/reductions.ts";
import { malformedRows, readColumns } from "../columns.ts";
import type { ChoiceExample, TaskDataOf, TaskProblem, TaskReader } from "../example.ts";

type ChoiceTask = TaskDataOf<"multiple_choice">;

/** The right one of several texts. */
export const multipleChoice: TaskReader<ChoiceTask, ChoiceExample> = {
  read(task, [file], key) {
    const isList = task.choices.length === 1;
    const columns = Object.fromEntries(isList ? [] : task.choices.map((name, i) => [`choices.${i}`, name]));
    const lists = isList ? { choices: task.choices[0]! } : {};
    const question = task.question === null ? {} : { question: task.question };
    const { rows, problems } = readColumns<string, string>(task.data, file!, key, { ...question, ...columns, answer: task.answer }, lists);
    const wrong: { id: string; message: string }[] = [];
    const examples = rows.flatMap(({ id, values, lists: { choices: list } }): ChoiceExample[] => {
      const given = task.choices.map((_, i) => values[`choices.${i}`]!);
      const choices = isList ? listed(list ?? null, task) : filled(given, task);
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
  labels: (examples) =>
    Array.from(
      {
        length: largest(
          examples.map(({ choices }) => choices.length),
          0,
        ),
      },
      (_, i) => String(i + 1),
    ),
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

/** Columns, those left empty aside. */
function filled(values: readonly string[], { choices: names }: ChoiceTask): string[] | string {
  const given = values.filter((value) => value.trim() !== "");
  return given.length > 1
    ? given
    : `${given.length} of the choices ${names.map((name) => `"${name}"`).join(", ")} hold a text; two are needed`;
}

/** One field that holds a list. */
function listed(list: string[] | null, { choices: names }: ChoiceTask): string[] | string {
  return list && list.length > 1
    ? list
    : `"${names[0]}" is no list of two or more texts; name a column for each choice, or a field that holds a list`;
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
