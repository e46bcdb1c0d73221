import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { type IdentifiedText, readLabelledTexts } from "../../labelled-texts.ts";
import { headAnswers, mean } from "../head-answers.ts";
import { oneVectorEach } from "../one-vector.ts";
import { evaluated, once, rounded, type TaskTraining, type TaskTrainingSetup } from "../task-training.ts";

/**
 * A number, by a head. The head answers in standard deviations from the training examples' mean, so that no unit is too large or
 * too small to learn.
 */
export async function regressionHead(
  setup: TaskTrainingSetup<ResolvedTaskOf<"regression">>,
): Promise<TaskTraining<IdentifiedText, Prediction<"regression">>> {
  const { task, batch } = setup;
  const reading = oneVectorEach(setup);
  const train = await readLabelledTexts(task, "train", setup);
  const scale = scaleOf(train.map(({ answer }) => answer));
  const textsOf = once((split) => readLabelledTexts(task, split, setup));
  return {
    train: train.map((text) => ({ ...text, answer: scale.down(text.answer) })),
    ...reading,
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const answers = (await headAnswers(reading, texts, batch, trainer)).map(([answer]) => answer!);
      const predictions = texts.map(
        ({ id, answer }, i): Prediction<"regression"> => ({ id, value: answer, predicted: scale.up(answers[i]!) }),
      );
      const loss = mean(texts.map(({ answer }, i) => (scale.down(answer) - answers[i]!) ** 2));
      return evaluated(task, loss, predictions, (each) => ({ ...each, predicted: rounded(each.predicted) }));
    },
  };
}

/** To standard deviations from the mean, and back. */
export function scaleOf(values: readonly number[]): { down(value: number): number; up(value: number): number } {
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return { down: (value) => (value - centre) / deviation, up: (value) => value * deviation + centre };
}
