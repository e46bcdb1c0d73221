import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { threadModule } from "#runtime/machine/thread-module.ts";
import { dropoutInputs, type Part, type TrainingSettings } from "#runtime/programs/training-program.ts";
import type { Arrays, TensorSpec } from "#runtime/trace/function.ts";

/** What the thread is given. */
export interface MaskThreadData {
  /** The port that asks it for draws, and receives masks by micro-batch. */
  port: MessagePort;
}

export interface MaskRequest {
  specs: readonly TensorSpec[];
  rate: number;
  seed: number;
  step: number;
  /** Micro-batches. */
  micro: number;
}

export interface MaskThread {
  /** Says early of which step the masks will be needed. */
  prepare(step: number, part: Part): void;
  /** The masks of a step's micro-batches, as `dropoutMasks` draws them. */
  take(step: number, part: Part): Promise<Arrays[]>;
  close(): Promise<void>;
}

interface Answer {
  resolve(masks: Arrays[]): void;
  reject(error: Error): void;
}

/**
 * Dropout masks, drawn on a thread of their own while the engine works. They are most of what there is to make of a fine-tuning's
 * batch, an eighth of the time that a small model takes.
 */
export function openMaskThread(settings: TrainingSettings, { seed, micro }: { seed: number; micro: number }): MaskThread {
  if (settings.dropout === 0) return { prepare() {}, take: async () => Array.from({ length: micro }, () => ({})), async close() {} };
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(threadModule(import.meta.url, "mask-thread-main"), {
    workerData: { port: port2 } satisfies MaskThreadData,
    transferList: [port2],
  });
  const waiting: Answer[] = [];
  const asked = new Map<number, Promise<Arrays[]>>();
  let failure: Error | undefined;
  const hear = (masks: Arrays[]) => waiting.shift()!.resolve(masks);
  port.on("message", hear);
  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the thread that draws dropout masks ended before its work was done")));
  const ask = (step: number, part: Part): Promise<Arrays[]> => {
    const answer = new Promise<Arrays[]>((resolve, reject) => {
      if (failure) reject(failure);
      else waiting.push({ resolve, reject });
    });
    // a failure is reported when the masks are needed, not when they were asked for
    answer.catch(() => {});
    port.postMessage({ specs: dropoutInputs(settings, part), rate: settings.dropout, seed, step, micro } satisfies MaskRequest);
    return answer;
  };
  return {
    prepare(step, part) {
      if (!asked.has(step)) asked.set(step, ask(step, part));
    },
    take(step, part) {
      const answer = asked.get(step) ?? ask(step, part);
      asked.delete(step);
      // masks drawn while the engine blocked this thread have arrived
      for (let come = receiveMessageOnPort(port); come; come = receiveMessageOnPort(port)) hear(come.message as Arrays[]);
      return answer;
    },
    async close() {
      port.close();
      await worker.terminate();
    },
  };
}
