import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { scoreNumbers } from "#runtime/metrics/table.ts";
import { type IdentifiedText, readAnsweredTexts } from "../answered-texts.ts";
import { type Adaptation, type AdaptationSetup, once, rounded } from "./adaptation.ts";
import { headAnswers, mean } from "./head-answers.ts";
import { oneVectorEach } from "./one-vector.ts";

/**
 * A number, by a head. The head answers in standard deviations from the training examples' mean, so that no unit is too large or
 * too small to learn.
 */
export async function adaptValue(
  setup: AdaptationSetup<ResolvedTaskOf<"regression">>,
): Promise<Adaptation<IdentifiedText, Prediction<"regression">>> {
  const { task, batch } = setup;
  const reading = oneVectorEach(setup);
  const train = await readAnsweredTexts(task, "train", setup);
  const scale = scaleOf(train.map(({ answer }) => answer));
  const textsOf = once((split) => readAnsweredTexts(task, split, setup));
  return {
    train: train.map((text) => ({ ...text, answer: scale.down(text.answer) })),
    ...reading,
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const answers = (await headAnswers(reading, texts, batch, trainer)).map(([answer]) => answer!);
      const gold = texts.map(({ answer }) => answer);
      const predicted = answers.map(scale.up);
      return {
        loss: mean(gold.map((value, i) => (scale.down(value) - answers[i]!) ** 2)),
        scores: scoreNumbers(gold, predicted),
        main: "pearson",
        n: texts.length,
        predictions: texts.map(({ id, answer }, i): Prediction<"regression"> => ({ id, value: answer, predicted: rounded(predicted[i]!) })),
      };
    },
  };
}

/** To standard deviations from the mean, and back. */
export function scaleOf(values: readonly number[]): { down(value: number): number; up(value: number): number } {
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return { down: (value) => (value - centre) / deviation, up: (value) => value * deviation + centre };
}
