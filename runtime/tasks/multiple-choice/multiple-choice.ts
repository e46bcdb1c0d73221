import { largest } from "#runtime/contract/reductions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { emptyTexts, malformedRows, readColumns, sameTexts } from "../columns.ts";
import type { ChoiceExample, TaskDataOf, TaskProblem } from "../example.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { mostFrequentChoice } from "./multiple-choice-baseline.ts";
import { choiceItems, scoreChoices } from "./multiple-choice-scores.ts";

type ChoiceTask = TaskDataOf<"multiple_choice">;

/** The right one of several texts. */
export const multipleChoice: TaskDefinitionOf<"multiple_choice"> = {
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
    const found: TaskProblem[] = [
      ...problems,
      ...malformedRows("wrong-answer", wrong, key),
      ...sameTexts(
        examples.map(({ id, choices }) => ({ id, texts: choices, names: choices.map((_, i) => `choice ${i + 1}`) })),
        key,
      ),
      ...ambiguous(rows, examples, task.firstNumber, key),
      ...(task.question === null ? [] : emptyTexts(rows, "question", `question "${task.question}"`, key)),
    ];
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
  constantBaseline: mostFrequentChoice,
  score: scoreChoices,
  items: choiceItems,
  mainMetric: () => "accuracy",
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
  if (!list || list.length < 2)
    return `"${names[0]}" is no list of two or more texts; name a column for each choice, or a field that holds a list`;
  const empty = list.findIndex((text) => text.trim() === "");
  return empty < 0 ? list : `choice ${empty + 1} of "${names[0]}" is empty; fill it in or leave it out`;
}

/** Numbers that are the text of one choice and the number of another. */
function ambiguous(
  rows: readonly { id: string; values: Record<string, string> }[],
  examples: readonly ChoiceExample[],
  firstNumber: number,
  key: Split,
): TaskProblem[] {
  const answers = new Map(rows.map(({ id, values }) => [id, values.answer!.trim()]));
  const both = examples.flatMap(({ id, choices, answer: index }) => {
    const answer = answers.get(id)!;
    const byNumber = numbered(answer, firstNumber);
    return byNumber >= 0 && byNumber < choices.length && byNumber !== index ? [{ id, answer, index, byNumber }] : [];
  });
  const [first] = both;
  if (!first) return [];
  const readings = `the text of choice ${first.index + 1} and the number of choice ${first.byNumber + 1}`;
  const message = `${first.id}: the answer "${first.answer}" is ${readings}, and is read as the text (such rows: ${both.length})`;
  return [{ severity: "warning", code: "ambiguous-answer", message, key }];
}

/** The index of a number or a letter; negative if it is neither. */
function numbered(answer: string, firstNumber: number): number {
  if (/^\d+$/u.test(answer)) return Number(answer) - firstNumber;
  return /^[A-Za-z]$/u.test(answer) ? answer.toUpperCase().charCodeAt(0) - 65 : -1;
}

function answerOf(answer: string, choices: readonly string[], firstNumber: number): number | null {
  const byText = choices.findIndex((choice) => choice.trim() === answer);
  if (byText >= 0) return byText;
  const index = numbered(answer, firstNumber);
  return index >= 0 && index < choices.length ? index : null;
}
