import { workerData } from "node:worker_threads";
import { JobFailure } from "../jobs/context.ts";
import type { BatchThreadData, BatchThreadMessage } from "./batch-thread.ts";
import type { LoopStep } from "./loop.ts";
import { pretrainSteps } from "./pretrain-steps.ts";

/* The thread that `openBatchThread` starts: for the number of a step it answers with the step's batches. */

const { job, folders, port } = workerData as BatchThreadData;
const say = (message: BatchThreadMessage, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);

try {
  const stepOf = await pretrainSteps(job, { folderOf: (id) => folders[id]!, emit: (event) => say({ event }) });
  port.on("message", (step: number) => {
    try {
      const made = stepOf(step);
      say({ made }, buffersOf(made));
    } catch (error) {
      report(error);
    }
  });
} catch (error) {
  report(error);
}

function report(error: unknown): void {
  if (error instanceof JobFailure) say({ failed: error.message });
  else say({ broke: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

/** Moved, not copied. */
function buffersOf({ batches }: LoopStep): ArrayBuffer[] {
  return [...new Set(batches.flatMap((batch) => Object.values(batch).map(({ buffer }) => buffer as ArrayBuffer)))];
}
