import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { type IdentifiedText, readLabelledTexts } from "../../labelled-texts.ts";
import { headAnswers, mean, softmaxOf, surprise } from "../head-answers.ts";
import { oneVectorEach } from "../one-vector.ts";
import { evaluated, once, rounded, type TaskTraining, type TaskTrainingSetup } from "../task-training.ts";

/** One of several labels, by a head. */
export async function classificationHead(
  setup: TaskTrainingSetup<ResolvedTaskOf<ClassificationKind>>,
): Promise<TaskTraining<IdentifiedText, Prediction<ClassificationKind>>> {
  const { task, batch } = setup;
  const reading = oneVectorEach(setup);
  const textsOf = once((split) => readLabelledTexts(task, split, setup));
  return {
    train: await readLabelledTexts(task, "train", setup),
    ...reading,
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const probabilities = (await headAnswers(reading, texts, batch, trainer)).map(softmaxOf);
      const predictions = texts.map(({ id, answer }, i): Prediction<ClassificationKind> => {
        const own = probabilities[i]!;
        // a model that diverged finds none the most probable
        const predicted = task.labels[own.indexOf(Math.max(...own))] ?? null;
        return { id, label: task.labels[answer]!, predicted, probabilities: own };
      });
      const loss = mean(texts.map(({ answer }, i) => surprise(probabilities[i]![answer]!)));
      return evaluated(task, loss, predictions, (each) => ({ ...each, probabilities: each.probabilities!.map(rounded) }));
    },
  };
}
