import { workerData } from "node:worker_threads";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { BatchRequest, BatchThreadData, BatchThreadMessage } from "./batch-thread.ts";
import type { LoopStep } from "./loop.ts";
import { pretrainSteps } from "./pretrain-steps.ts";

/* The thread that `openBatchThread` starts: for some steps in a row it answers with the batches of each. */

const { job, folders, port } = workerData as BatchThreadData;
const say = (message: BatchThreadMessage, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);

try {
  const stepOf = await pretrainSteps(job, { folderOf: (id) => folders[id]!, emit: (event) => say({ event }) });
  port.on("message", ({ first, count }: BatchRequest) => {
    const made: LoopStep[] = [];
    let failure: { error: unknown } | undefined;
    try {
      for (let step = first; step < first + count; step++) made.push(stepOf(step));
    } catch (error) {
      failure = { error };
    }
    say({ made }, made.flatMap(buffersOf));
    // the steps before it are good
    if (failure) report(failure.error);
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
