import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { questionAndAnswers } from "#runtime/tasks/span-question-answering/span-question-answering-scores.ts";
import type { AsText } from "../as-text.ts";
import { namedTexts } from "../named-texts.ts";

/** The answer is written; nothing where there is none. */
export const spanQuestionAnsweringAsText: AsText<ResolvedTaskOf<"span_question_answering">> = {
  pairOf: ({ question, context, answers }) => ({
    source: namedTexts(["question", question], ["context", context]),
    target: answers[0]?.text ?? "",
  }),
  predictionsOf: async ({ examples, written, tokenizer }) =>
    examples.map(
      (example, i): Prediction<"span_question_answering"> => ({
        ...questionAndAnswers(example),
        predicted: tokenizer.decode(written[i]!).trim(),
      }),
    ),
  longest: ({ longestAnswer }) => longestAnswer,
};
