import type { Prediction } from "#runtime/contract/predictions.ts";
import type { QuestionExample } from "../example.ts";
import type { ConstantBaseline } from "../task-definition.ts";
import { questionAndAnswers } from "./span-question-answering-scores.ts";

/** That no question has an answer. */
export function noAnswer(): ConstantBaseline<QuestionExample, Prediction<"span_question_answering">> {
  return { label: "", answer: (example) => ({ ...questionAndAnswers(example), predicted: "" }) };
}
