import { isTextToText } from "#runtime/programs/task-parts.ts";
import type { TaskTraining, TaskTrainingSetup } from "./task-training.ts";
import { headTrainingOf } from "./task-trainings.ts";
import { textToText } from "./text-to-text.ts";

/** Reads the training examples; throws `JobFailure` where they are not what was planned. */
export function prepareTask(setup: TaskTrainingSetup): Promise<TaskTraining> {
  if (isTextToText(setup.task)) return textToText(setup) as unknown as Promise<TaskTraining>;
  return headTrainingOf(setup.task)(setup);
}
