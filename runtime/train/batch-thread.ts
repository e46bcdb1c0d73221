import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { EventBody } from "../contract/events.ts";
import type { PretrainJob } from "../contract/plan.ts";
import { JobFailure } from "../jobs/context.ts";
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
  /** Over which it is told the numbers of steps, and answers. */
  port: MessagePort;
}

/** What the thread says. */
export type BatchThreadMessage = { made: LoopStep } | { event: EventBody } | { failed: string } | { broke: string };

interface Answer {
  resolve(step: LoopStep): void;
  reject(error: Error): void;
}

/** Steps that are asked for before they are needed. */
const ahead = 2;

/**
 * The batches of a pre-training, made on a thread of their own while the engine works: an engine's call holds the thread that
 * it is made from.
 */
export function openBatchThread(job: PretrainJob, context: PretrainInputs): StepSource {
  const folders = Object.fromEntries([job.encoded, job.tokenizer].map((id) => [id, context.folderOf(id)]));
  const { port1: port, port2 } = new MessageChannel();
  const data: BatchThreadData = { job, folders, port: port2 };
  const worker = new Worker(threadModule(), { workerData: data, transferList: [port2] });
  const waiting: Answer[] = [];
  const steps = new Map<number, Promise<LoopStep>>();
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const hear = (message: BatchThreadMessage) => {
    if ("made" in message) waiting.shift()!.resolve(message.made);
    else if ("event" in message) context.emit(message.event);
    else fail("failed" in message ? new JobFailure(message.failed) : new Error(message.broke));
  };
  port.on("message", hear);
  worker.on("error", fail);
  const ask = (step: number): Promise<LoopStep> => {
    const known = steps.get(step);
    if (known) return known;
    const answer = new Promise<LoopStep>((resolve, reject) => {
      if (failure) reject(failure);
      else waiting.push({ resolve, reject });
    });
    port.postMessage(step);
    // a failure is reported when the step is needed, not when it was asked for
    answer.catch(() => {});
    steps.set(step, answer);
    return answer;
  };
  return {
    async stepOf(step) {
      const made = ask(step);
      for (let next = step + 1; next <= Math.min(step + ahead, job.steps); next++) ask(next);
      // what was made while the engine held this thread has come; it need not wait for its turn among the events
      for (let come = receiveMessageOnPort(port); come; come = receiveMessageOnPort(port)) hear(come.message as BatchThreadMessage);
      const result = await made;
      steps.delete(step);
      return result;
    },
    async close() {
      port.close();
      await worker.terminate();
    },
  };
}

/** Beside this module as a source, beside the bundles' folder as a bundle. */
function threadModule(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./batch-thread-main.ts" : "../batch-thread-main.js", import.meta.url);
}
