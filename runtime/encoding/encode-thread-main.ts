import { parentPort, workerData } from "node:worker_threads";
import { type EncodedBatch, encoderFor, type ThreadData } from "./encode-threads.ts";

/* A thread that `openBatchEncoder` starts: for a batch of texts it answers with their ids, in the order of asking. */

const encode = encoderFor(workerData as ThreadData);
const port = parentPort!;
let last: Promise<void> = Promise.resolve();

port.on("message", (texts: string[]) => {
  last = last.then(() => answer(texts));
});

async function answer(texts: string[]): Promise<void> {
  try {
    const ids = await encode(texts);
    port.postMessage({ ids } satisfies EncodedBatch, [...new Set(ids.map(({ buffer }) => buffer as ArrayBuffer))]);
  } catch (error) {
    port.postMessage({ broke: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies EncodedBatch);
  }
}
