import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { ClassificationKind } from "#runtime/contract/spec.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import type { IdentifiedText } from "../labelled-texts.ts";
import { pooledBatch } from "../pooled-batches.ts";
import { headParts, smallestPart } from "./parts-by-length.ts";
import type { TaskTraining, TaskTrainingSetup } from "./task-training.ts";

/** How a model reads texts of which each becomes one vector, which a head answers from: one text to a row. */
export function oneVectorEach({
  task,
  model,
  batch,
  tokenizer,
}: TaskTrainingSetup<ResolvedTaskOf<ClassificationKind | "regression">>): Pick<
  TaskTraining<IdentifiedText>,
  "lengthOf" | "partOf" | "fill"
> {
  const parts = headParts(task, model);
  const lengthOf = ({ ids }: IdentifiedText) => ids.length;
  return {
    lengthOf,
    partOf: (texts) => smallestPart(parts, texts.map(lengthOf)),
    fill(part, texts) {
      const rows = texts.map((text) => [text]);
      return pooledBatch(part as HeadPart, rows, batch, tokenizer.vocabulary.pad, task.pool);
    },
  };
}
