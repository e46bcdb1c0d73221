import type { JobContext } from "#runtime/contract/job-context.ts";
import type { EvaluatedTask, ResolvedModel } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import type { CountNotes } from "../labelled-texts.ts";
import type { Trainer } from "../trainer.ts";
import { minimalPairsEvaluation } from "./minimal-pairs/minimal-pairs-evaluation.ts";

/** How a model is scored as it is on a kind of task that trains nothing. */
export interface TaskEvaluation<T extends EvaluatedTask> {
  /** The parts of the program that is evaluated. */
  partsOf(model: Pick<ResolvedModel, "architecture" | "context">): Part[];
  /** An answer to each test example. */
  predict(task: T, of: EvaluatedModel): Promise<Prediction<T["kind"]>[]>;
  /** A prediction as it is written; scores are of predictions as they are given. */
  kept(prediction: Prediction<T["kind"]>): Prediction<T["kind"]>;
}

export interface EvaluatedModel {
  trainer: Pick<Trainer, "evaluate">;
  settings: Pick<TrainingSettings, "model" | "parts" | "batch">;
  tokenizer: Tokenizer;
  counted: CountNotes;
  emit: JobContext["emit"];
}

/** Every kind of task that trains nothing; one without an entry does not compile. */
export const taskEvaluations: { readonly [K in EvaluatedTask["kind"]]: TaskEvaluation<Extract<EvaluatedTask, { kind: K }>> } = {
  minimal_pairs: minimalPairsEvaluation,
};
