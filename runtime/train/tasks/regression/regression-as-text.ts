import { decimalOf } from "#runtime/contract/decimal.ts";
import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import type { AsText } from "../as-text.ts";
import { mean } from "../head-answers.ts";
import { namedTexts } from "../named-texts.ts";

/** The number is written; a text that is not a number counts as the mean of the training examples. */
export const regressionAsText: AsText<ResolvedTaskOf<"regression">> = {
  pairOf: ({ text, second, value }, task) => ({ source: namedTexts([task.text, text], [task.second, second]), target: String(value) }),
  async predictionsOf({ task, examples, written, tokenizer }) {
    const otherwise = mean(readTaskExamples(task, "train").map(({ value }) => value));
    return examples.map(({ id, value }, i): Prediction<"regression"> => {
      const text = tokenizer.decode(written[i]!);
      return { id, value, predicted: numberIn(text) ?? otherwise, written: text.trim() };
    });
  },
};

/** Some tokenizers part a number by spaces. */
function numberIn(text: string): number | undefined {
  return decimalOf(text.replace(/\s+/gu, ""));
}
