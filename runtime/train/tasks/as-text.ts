import type { TrainedTask } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ExampleOf } from "#runtime/corpus/task-examples.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";

/** How a kind of task is answered by a model that writes (Raffel et al. 2020, section 2.4). */
export interface AsText<T extends TrainedTask = TrainedTask, P extends Prediction = Prediction<T["kind"]>> {
  /** An example as a text that is read and one that is written. */
  pairOf(example: ExampleOf<T>, task: T): { source: string; target: string };
  /** What the written texts answer: one prediction for each example. */
  predictionsOf(written: WrittenTexts<T>): Promise<P[]>;
  /** Tokens of an answer at the most; left out: as many as the longest training target has. */
  longest?(task: T): number;
}

/** Texts that a model wrote for examples, in their order. */
export interface WrittenTexts<T extends TrainedTask> {
  task: T;
  examples: readonly ExampleOf<T>[];
  /** Ids without frame. */
  written: readonly (readonly number[])[];
  tokenizer: Tokenizer;
}
