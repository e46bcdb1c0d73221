import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { scoreClassification } from "#runtime/metrics/table.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { type IdentifiedText, readAnsweredTexts } from "../answered-texts.ts";
import { pooledBatch } from "../pooled-batches.ts";
import { type Adaptation, type AdaptationSetup, once, rounded } from "./adaptation.ts";
import { headAnswers, mean, softmaxOf, surprise } from "./head-answers.ts";
import { headParts, smallestPart } from "./parts.ts";

/** One of several labels, by a head. */
export async function adaptClasses(
  setup: AdaptationSetup<ResolvedTaskOf<ClassificationKind>>,
): Promise<Adaptation<IdentifiedText, Prediction<ClassificationKind>>> {
  const { task, model, batch, tokenizer } = setup;
  const parts = headParts(task, model);
  const textsOf = once((split) => readAnsweredTexts(task, split, setup));
  const adaptation: Adaptation<IdentifiedText, Prediction<ClassificationKind>> = {
    train: await readAnsweredTexts(task, "train", setup),
    lengthOf: ({ ids }) => ids.length,
    partOf: (texts) =>
      smallestPart(
        parts,
        texts.map(({ ids }) => ids.length),
      ),
    fill: (part, texts) =>
      pooledBatch(
        part as HeadPart,
        texts.map((text) => [text]),
        batch,
        tokenizer.vocabulary.pad,
        task.pool,
      ),
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const probabilities = (await headAnswers(adaptation, texts, batch, trainer)).map(softmaxOf);
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
  return adaptation;
}
