import { textFormatOf } from "#runtime/contract/formats.ts";
import { malformed, malformedRows } from "../columns.ts";
import type { QuestionExample, TaskProblem } from "../example.ts";
import { readQuestionRows, readSquad } from "../formats/squad.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { noAnswer } from "./span-question-answering-baseline.ts";
import { answerItems, scoreAnswers } from "./span-question-answering-scores.ts";

/** The span of a context that answers a question, or that there is none. */
export const spanQuestionAnswering: TaskDefinitionOf<"span_question_answering"> = {
  read(_, [file], key) {
    const isTable = textFormatOf(file!.path).table !== null;
    const { questions, problems, contradictions } = isTable ? readQuestionRows(file!.text) : readSquad(file!.text);
    const found: TaskProblem[] = malformed({ problems }, file!.name, key);
    if (questions.length === 0 && found.length === 0) {
      found.push({ severity: "error", code: "no-examples", message: `${file!.name} has no questions`, key });
    }
    const [first] = contradictions;
    if (first) {
      const message = `${file!.name}:${first.line}: ${first.message} (such questions: ${contradictions.length})`;
      found.push({ severity: "warning", code: "impossible-and-answered", message, key });
    }
    const examples = questions.map(({ line, id, ...rest }): QuestionExample => ({ id: `${file!.name}:${line}`, name: id, ...rest }));
    const elsewhere = examples.flatMap(({ id, name, context, answers }) => {
      const wrong = answers.find(({ text, start }) => context.slice(start, start + text.length) !== text);
      if (!wrong) return [];
      const there = context.indexOf(wrong.text);
      const where = there < 0 ? "is nowhere in its context" : `is not where its answer_start says but at ${characters(context, there)}`;
      return [{ id, message: `question ${name}: the answer "${wrong.text.slice(0, 60)}" ${where}` }];
    });
    const silent = examples.filter(({ question }) => question.trim() === "");
    if (silent.length > 0) {
      const message = `${silent[0]!.id}: the question is empty (such questions: ${silent.length})`;
      found.push({ severity: "warning", code: "empty-text", message, key });
    }
    return { examples, problems: [...found, ...malformedRows("answer-not-in-context", elsewhere, key)] };
  },
  // the same paragraph is never in two splits
  question: ({ context }) => [context],
  labels: () => [],
  check({ train }) {
    if (train.some(({ answers }) => answers.length > 0)) return [];
    return [
      { severity: "error", code: "no-answers", message: "no training question has an answer; there is nothing to learn", key: "train" },
    ];
  },
  shown: ({ question, context, answers }) => ({ input: `${question} ‖ ${context}`, target: answers[0]?.text ?? "(no answer)" }),
  constantBaseline: noAnswer,
  score: scoreAnswers,
  items: answerItems,
  mainMetric: () => "answer_f1",
};

/** Code points before an index: what SQuAD counts in. */
function characters(text: string, index: number): number {
  return Array.from(text.slice(0, index)).length;
}
