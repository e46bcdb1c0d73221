import type { ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { type ExampleReading, isPooled, readLabelledTexts } from "./labelled-texts.ts";
import { packedPairs } from "./packed-pairs.ts";
import { packedBatches } from "./pooled-batches.ts";
import { scaleOf } from "./tasks/regression/regression-head.ts";
import { readPairs } from "./tasks/text-to-text.ts";
import type { BatchSizes, BatchSource } from "./text-batches.ts";

interface SupervisedSource extends ExampleReading, BatchSizes {
  part: Part;
  model: ResolvedModel;
  seed: number;
}

/** Batches of a task as an objective: its training examples, epoch after epoch. */
export async function supervisedBatches(task: TrainedTask, source: SupervisedSource): Promise<BatchSource> {
  const { part, model, seed, batch, accumulate, ...reading } = source;
  const { vocabulary } = reading.tokenizer;
  const read = <T>(examples: readonly T[]) => {
    reading.emit({ event: "phase", phase: "reading examples", done: examples.length, unit: "examples" });
    return examples;
  };
  if (part.kind === "text") {
    const pairs = read(await readPairs({ task, model, ...reading }, "train"));
    return packedPairs({ pairs, part, vocabulary, frame: reading.frame, seed, batch, accumulate });
  }
  if (!isPooled(task)) throw new Error(`the task ${task.kind} is no objective`);
  const answered = read(await readLabelledTexts(task, "train", reading));
  const scale = task.kind === "regression" ? scaleOf(answered.map(({ answer }) => answer)) : undefined;
  const texts = scale ? answered.map((text) => ({ ...text, answer: scale.down(text.answer) })) : answered;
  return packedBatches({ texts, part, pad: vocabulary.pad, pooling: task.pool, seed, batch, accumulate });
}
