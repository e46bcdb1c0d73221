import type { Prediction } from "#runtime/contract/predictions.ts";
import { answerMetrics, type MetricValue, scoreAll } from "#runtime/metrics/table.ts";
import type { QuestionExample } from "../example.ts";

export function scoreAnswers(predictions: readonly Prediction<"span_question_answering">[]): MetricValue[] {
  return scoreAll(
    answerMetrics,
    predictions.map(({ answers }) => answers),
    predictions.map(({ predicted }) => predicted),
  );
}

/** What a prediction says of its example. */
export function questionAndAnswers({
  id,
  name,
  question,
  answers,
}: QuestionExample): Omit<Prediction<"span_question_answering">, "predicted"> {
  return { id, question: name, text: question, answers: answers.map(({ text }) => text) };
}
