import type { TaskKind } from "#runtime/contract/spec.ts";
import type { ExamplesByKind, TaskData, TaskDataOf, TaskExample, TaskReader } from "./example.ts";
import { classification } from "./kinds/classification.ts";
import { minimalPairs } from "./kinds/minimal-pairs.ts";
import { multipleChoice } from "./kinds/multiple-choice.ts";
import { regression } from "./kinds/regression.ts";
import { spanQuestionAnswering } from "./kinds/span-question-answering.ts";
import { tagging } from "./kinds/tagging.ts";
import { textPairs } from "./kinds/text-pairs.ts";

/** Every kind of task; adding one touches its file, this table, the catalogue and its tests. */
export const taskReaders: { readonly [K in TaskKind]: TaskReader<TaskDataOf<K>, ExamplesByKind[K]> } = {
  classification,
  pair_classification: classification,
  regression,
  tagging,
  multiple_choice: multipleChoice,
  span_question_answering: spanQuestionAnswering,
  translation: textPairs,
  summarisation: textPairs,
  generation: textPairs,
  minimal_pairs: minimalPairs,
};

export function readerOf(task: TaskData): TaskReader<TaskData, TaskExample> {
  return taskReaders[task.kind] as unknown as TaskReader<TaskData, TaskExample>;
}
