import type { ResolvedTaskOf, TrainedTask } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TextPairKind } from "#runtime/contract/spec.ts";
import type { AsText } from "./as-text.ts";
import { classificationAsText } from "./classification/classification-as-text.ts";
import { classificationHead } from "./classification/classification-head.ts";
import { multipleChoiceAsText } from "./multiple-choice/multiple-choice-as-text.ts";
import { multipleChoiceHead } from "./multiple-choice/multiple-choice-head.ts";
import { regressionAsText } from "./regression/regression-as-text.ts";
import { regressionHead } from "./regression/regression-head.ts";
import { spanQuestionAnsweringAsText } from "./span-question-answering/span-question-answering-as-text.ts";
import { spanQuestionAnsweringHead } from "./span-question-answering/span-question-answering-head.ts";
import { taggingAsText } from "./tagging/tagging-as-text.ts";
import { taggingHead } from "./tagging/tagging-head.ts";
import type { TaskTraining, TaskTrainingSetup } from "./task-training.ts";
import { textPairsAsText } from "./text-pairs/text-pairs-as-text.ts";

type TrainedKind = TrainedTask["kind"];

type HeadTraining<K extends TrainedKind> = (setup: TaskTrainingSetup<ResolvedTaskOf<K>>) => Promise<TaskTraining<unknown, Prediction<K>>>;

/** How every kind of task that has a head is fine-tuned by it; a kind without an entry does not compile. */
const heads: { readonly [K in Exclude<TrainedKind, TextPairKind>]: HeadTraining<K> } = {
  classification: classificationHead,
  pair_classification: classificationHead,
  regression: regressionHead,
  tagging: taggingHead,
  multiple_choice: multipleChoiceHead,
  span_question_answering: spanQuestionAnsweringHead,
};

/** How every kind that can be trained on is answered by a model that writes; a kind without an entry does not compile. */
const texts: { readonly [K in TrainedKind]: AsText<ResolvedTaskOf<K>> } = {
  classification: classificationAsText,
  pair_classification: classificationAsText,
  regression: regressionAsText,
  tagging: taggingAsText,
  multiple_choice: multipleChoiceAsText,
  span_question_answering: spanQuestionAnsweringAsText,
  translation: textPairsAsText,
  summarisation: textPairsAsText,
  generation: textPairsAsText,
};

/** For a task with a head. */
export function headTrainingOf({ kind }: TrainedTask): HeadTraining<TrainedKind> {
  return heads[kind as keyof typeof heads] as unknown as HeadTraining<TrainedKind>;
}

/** What its examples and predictions are follows from the kind. */
export function asTextOf({ kind }: TrainedTask): AsText {
  return texts[kind] as unknown as AsText;
}
