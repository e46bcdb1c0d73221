import type { TaskKind } from "#runtime/contract/spec.ts";
import { classification } from "./classification/classification.ts";
import { minimalPairs } from "./minimal-pairs/minimal-pairs.ts";
import { multipleChoice } from "./multiple-choice/multiple-choice.ts";
import { regression } from "./regression/regression.ts";
import { spanQuestionAnswering } from "./span-question-answering/span-question-answering.ts";
import { tagging } from "./tagging/tagging.ts";
import type { TaskDefinitionOf } from "./task-definition.ts";
import { textPairs } from "./text-pairs/text-pairs.ts";

/** Every kind of task; one without an entry does not compile. */
export const taskDefinitions: { readonly [K in TaskKind]: TaskDefinitionOf<K> } = {
  classification,
  pair_classification: classification,
  regression,
  tagging,
  multiple_choice: multipleChoice,
  span_question_answering: spanQuestionAnswering,
  translation: textPairs("translation"),
  summarisation: textPairs("summarisation"),
  generation: textPairs("generation"),
  minimal_pairs: minimalPairs,
};

/** For a task whose kind is known only at run time: its examples and answers are of the same kind. */
export function definitionOf(kind: TaskKind): TaskDefinitionOf<TaskKind> {
  return taskDefinitions[kind] as unknown as TaskDefinitionOf<TaskKind>;
}
