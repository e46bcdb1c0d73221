import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { EventBody } from "#runtime/contract/events.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { threadModule } from "#runtime/machine/thread-module.ts";
import type { LoopStep } from "./loop.ts";
import type { PretrainInputs } from "./pretrain-steps.ts";

export interface StepSource {
  stepOf(step: number): Promise<LoopStep>;
  close(): Promise<void>;
}

/** What the thread is given. */
export interface BatchThreadData {
  job: PretrainJob;
  /** Run folders by job. */
  folders: Record<string, string>;
  /** The port that asks it for steps, and receives its answers. */
  port: MessagePort;
}

/** Steps in a row. */
export interface BatchRequest {
  first: number;
  count: number;
}

/** What the thread says; steps come in the order in which they were asked for. */
export type BatchThreadMessage = { made: LoopStep[] } | { event: EventBody } | { failed: string } | { broke: string };

interface Answer {
  resolve(step: LoopStep): void;
  reject(error: Error): void;
}

/** What goes as one message: waking a thread takes as long as making the batch of a small step. */
const [blockBytes, longestBlock] = [128 * 1024, 8];
/** Blocks that are asked for before they are needed. */
const ahead = 2;

/**
 * The batches of a pre-training, made on a thread of their own while the engine works: an engine's call holds the thread that
 * it is made from.
 */
export function openBatchThread(job: PretrainJob, context: PretrainInputs): StepSource {
  const folders = Object.fromEntries([job.encoded, job.tokenizer].map((id) => [id, context.folderOf(id)]));
  const { port1: port, port2 } = new MessageChannel();
  const data: BatchThreadData = { job, folders, port: port2 };
  const worker = new Worker(threadModule(import.meta.url, "batch-thread-main"), { workerData: data, transferList: [port2] });
  const waiting: Answer[] = [];
  const steps = new Map<number, Promise<LoopStep>>();
  /** The last step that was asked for, and how many are at a time. */
  let [last, block] = [0, 1];
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const hear = (message: BatchThreadMessage) => {
    if ("made" in message) for (const made of message.made) waiting.shift()?.resolve(made);
    else if ("event" in message) context.emit(message.event);
    else fail("failed" in message ? new JobFailure(message.failed) : new Error(message.broke));
  };
  port.on("message", hear);
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the thread that makes batches ended before its work was done")));
  const ask = (first: number) => {
    const count = Math.min(block, job.steps - first + 1);
    for (let step = first; step < first + count; step++) {
      const answer = new Promise<LoopStep>((resolve, reject) => {
        if (failure) reject(failure);
        else waiting.push({ resolve, reject });
      });
      // a failure is reported when the step is needed, not when it was asked for
      answer.catch(() => {});
      steps.set(step, answer);
    }
    port.postMessage({ first, count } satisfies BatchRequest);
    last = first + count - 1;
  };
  return {
    async stepOf(step) {
      if (!steps.has(step)) ask(step);
      while (last < Math.min(step + ahead * block, job.steps)) ask(last + 1);
      // batches made while the engine blocked this thread have arrived; they need not wait for their turn among the events
      for (let come = receiveMessageOnPort(port); come; come = receiveMessageOnPort(port)) hear(come.message as BatchThreadMessage);
      const made = await steps.get(step)!;
      steps.delete(step);
      block = blockOf(made);
      return made;
    },
    async close() {
      port.close();
      await worker.terminate();
    },
  };
}

function blockOf({ batches }: LoopStep): number {
  const bytes = batches.flatMap((batch) => Object.values(batch)).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Math.max(1, Math.min(longestBlock, Math.floor(blockBytes / bytes)));
}
