import type { ResolvedModel, ResolvedTask } from "#runtime/contract/plan.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { headOf, headPart, type ReadingModel } from "#runtime/programs/task-parts.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { bucketLengths, lengthBucket } from "#runtime/tasks/buckets.ts";
import { writingParts } from "./text-to-text-parts.ts";

/** The parts of a program that fine-tunes on a task: one for each length that texts are padded to. */
export function partsOf(task: ResolvedTask, model: ReadingModel): Part[] {
  return headOf(task) ? headParts(task, model) : writingParts(model);
}

export function headParts(task: ResolvedTask, { context }: Pick<ResolvedModel, "context">): HeadPart[] {
  const head = headOf(task);
  if (!head) throw new Error(`the task ${task.kind} has no head`);
  return bucketLengths(context).map((length) => headPart(head, length));
}

/** The part with room for items of these lengths. */
export function smallestPart(parts: readonly HeadPart[], lengths: readonly number[]): HeadPart {
  const bucket = lengthBucket(Math.max(...lengths), parts.at(-1)!.length);
  return parts.find(({ length }) => length === bucket)!;
}
