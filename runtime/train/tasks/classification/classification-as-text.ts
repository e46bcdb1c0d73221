import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import type { AsText } from "../as-text.ts";
import { namedTexts } from "../named-texts.ts";
import { labelRecogniser } from "../recognise-labels.ts";

/** The label is written. */
export const classificationAsText: AsText<ResolvedTaskOf<ClassificationKind>> = {
  pairOf: ({ text, second, label }, task) => ({ source: namedTexts([task.text, text], [task.second, second]), target: label }),
  async predictionsOf({ task, examples, written, tokenizer }) {
    const labelOf = await labelRecogniser(task.labels, tokenizer);
    return examples.map(({ id, label }, i): Prediction<ClassificationKind> => {
      const found = labelOf(written[i]!);
      return { id, label, predicted: found === undefined ? null : task.labels[found]!, written: tokenizer.decode(written[i]!).trim() };
    });
  },
};
