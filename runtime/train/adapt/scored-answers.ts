import type { Prediction } from "#runtime/contract/predictions.ts";
import { answerMetrics, type MetricValue, scoreAll } from "#runtime/metrics/table.ts";
import type { QuestionExample } from "#runtime/tasks/example.ts";

/**
 * Answers to questions, whoever gave them: their scores, and what is kept of each.
 * @param predicted an answer for each example; empty: that there is none
 */
export function scoredAnswers(
  examples: readonly QuestionExample[],
  predicted: readonly string[],
): { scores: MetricValue[]; predictions: Prediction<"span_question_answering">[] } {
  const right = examples.map(({ answers }) => answers.map(({ text }) => text));
  return {
    scores: scoreAll(answerMetrics, right, predicted),
    predictions: examples.map(({ id, name, question }, i) => ({
      id,
      question: name,
      text: question,
      answers: right[i]!,
      predicted: predicted[i]!,
    })),
  };
}
