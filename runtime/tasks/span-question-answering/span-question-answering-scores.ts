import type { Prediction } from "#runtime/contract/predictions.ts";
import { answerF1 } from "#runtime/metrics/answer-f1.ts";
import { exactMatch } from "#runtime/metrics/exact-match.ts";
import { answerMetrics, type MetricValue, scoreAll } from "#runtime/metrics/metric-table.ts";
import type { QuestionExample } from "../example.ts";
import { type Items, meanItems } from "../item-scores.ts";

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

export function answerItems(lines: readonly Prediction<"span_question_answering">[]): Items {
  return meanItems(lines, {
    exact_match: ({ answers, predicted }) => exactMatch(predicted, answers),
    answer_f1: ({ answers, predicted }) => answerF1(predicted, answers),
  });
}
