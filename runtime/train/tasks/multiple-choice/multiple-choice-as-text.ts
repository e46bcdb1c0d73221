import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { AsText } from "../as-text.ts";
import { namedTexts } from "../named-texts.ts";
import { labelRecogniser } from "../recognise-labels.ts";

/** The choice's number is written. */
export const multipleChoiceAsText: AsText<ResolvedTaskOf<"multiple_choice">> = {
  pairOf: ({ question, choices, answer }) => ({
    source: namedTexts(["question", question], ...choices.map((choice, i): [string, string] => [`choice ${i + 1}`, choice])),
    target: String(answer + 1),
  }),
  async predictionsOf({ task, examples, written, tokenizer }) {
    const choiceOf = await labelRecogniser(task.labels, tokenizer);
    return examples.map(({ id, answer, choices }, i): Prediction<"multiple_choice"> => {
      const found = choiceOf(written[i]!);
      return {
        id,
        answer: answer + 1,
        predicted: found !== undefined && found < choices.length ? found + 1 : null,
        written: tokenizer.decode(written[i]!).trim(),
      };
    });
  },
};
