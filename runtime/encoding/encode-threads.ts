import { Worker } from "node:worker_threads";
import { threadModule } from "#runtime/machine/thread-module.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";

/** Encodes batches of texts; several at a time, where there are threads for it. */
export interface BatchEncoder {
  /** How many batches may be under way. */
  width: number;
  encode(texts: readonly string[]): Promise<Int32Array[]>;
  close(): Promise<void>;
}

/** What a thread encodes with. */
export interface ThreadData {
  /** The folder of the tokenizer job. */
  folder: string;
  /** By the library alone, each text at once. */
  whole: boolean;
}

/** One thread: this one. */
export function openBatchEncoder(data: ThreadData, threads: number): BatchEncoder {
  if (threads === 1) return { width: 1, encode: encoderFor(data), close: async () => {} };
  const workers = Array.from({ length: threads }, () => encodingThread(data));
  let next = 0;
  return {
    // each has one batch before it and one that waits
    width: 2 * threads,
    encode: (texts) => workers[next++ % threads]!.encode(texts),
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

export type EncodedBatch = { ids: Int32Array[] } | { broke: string };

export function encoderFor({ folder, whole }: ThreadData): BatchEncoder["encode"] {
  const tokenizer = openTokenizer(folder);
  return whole ? tokenizer.encodeWholeBatch : tokenizer.encodeBatch;
}

function encodingThread(data: ThreadData): Pick<BatchEncoder, "encode" | "close"> {
  const worker = new Worker(threadModule(import.meta.url, "encode-thread-main"), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 },
  });
  const waiting: { resolve(ids: Int32Array[]): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("message", (message: EncodedBatch) => {
    if ("ids" in message) waiting.shift()!.resolve(message.ids);
    else fail(new Error(message.broke));
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a thread that encodes ended before its work was done")));
  return {
    encode(texts) {
      const answer = new Promise<Int32Array[]>((resolve, reject) => {
        if (failure) reject(failure);
        else waiting.push({ resolve, reject });
      });
      worker.postMessage(texts);
      return answer;
    },
    async close() {
      await worker.terminate();
    },
  };
}
