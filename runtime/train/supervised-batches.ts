import type { ResolvedTask } from "../contract/plan.ts";
import type { HeadPart } from "../programs/heads/head.ts";
import { scaleOf } from "./adapt/value.ts";
import { type ExampleReading, isPooled, readAnsweredTexts } from "./answered-texts.ts";
import { packedBatches } from "./pooled-batches.ts";
import type { BatchSizes, BatchSource } from "./text-batches.ts";

/** Batches of a task as an objective: its training examples, epoch after epoch. */
export async function supervisedBatches(
  task: ResolvedTask,
  { part, seed, batch, accumulate, ...reading }: ExampleReading & BatchSizes & { part: HeadPart; seed: number },
): Promise<BatchSource> {
  if (!isPooled(task)) throw new Error(`the task ${task.kind} is no objective`);
  const read = await readAnsweredTexts(task, "train", reading);
  reading.emit({ event: "phase", phase: "reading examples", done: read.length, unit: "examples" });
  const scale = task.kind === "regression" ? scaleOf(read.map(({ answer }) => answer)) : undefined;
  const texts = scale ? read.map((text) => ({ ...text, answer: scale.down(text.answer) })) : read;
  return packedBatches({ texts, part, pad: reading.tokenizer.vocabulary.pad, pooling: task.pool, seed, batch, accumulate });
}
