import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { scoreClassification } from "#runtime/metrics/table.ts";
import { type IdentifiedText, readAnsweredTexts } from "../answered-texts.ts";
import { type Adaptation, type AdaptationSetup, once, rounded } from "./adaptation.ts";
import { headAnswers, mean, softmaxOf, surprise } from "./head-answers.ts";
import { oneVectorEach } from "./one-vector.ts";

/** One of several labels, by a head. */
export async function adaptClasses(
  setup: AdaptationSetup<ResolvedTaskOf<ClassificationKind>>,
): Promise<Adaptation<IdentifiedText, Prediction<ClassificationKind>>> {
  const { task, batch } = setup;
  const reading = oneVectorEach(setup);
  const textsOf = once((split) => readAnsweredTexts(task, split, setup));
  return {
    train: await readAnsweredTexts(task, "train", setup),
    ...reading,
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const probabilities = (await headAnswers(reading, texts, batch, trainer)).map(softmaxOf);
      const predicted = probabilities.map((each) => each.indexOf(Math.max(...each)));
      const gold = texts.map(({ answer }) => answer);
      return {
        loss: mean(gold.map((label, i) => surprise(probabilities[i]![label]!))),
        scores: scoreClassification(gold, predicted, task.labels, probabilities),
        main: "accuracy",
        n: texts.length,
        predictions: texts.map(
          ({ id, answer }, i): Prediction<ClassificationKind> => ({
            id,
            label: task.labels[answer]!,
            predicted: task.labels[predicted[i]!]!,
            probabilities: probabilities[i]!.map(rounded),
          }),
        ),
      };
    },
  };
}
