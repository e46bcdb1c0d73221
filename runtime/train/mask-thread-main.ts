import { workerData } from "node:worker_threads";
import { dropoutMasks } from "./drawn-masks.ts";
import type { MaskRequest, MaskThreadData } from "./mask-thread.ts";

/* The thread that `openMaskThread` starts: for what a step drops units of, it answers with the masks of each micro-batch. */

const { port } = workerData as MaskThreadData;

port.on("message", ({ specs, rate, seed, step, micro }: MaskRequest) => {
  const masks = Array.from({ length: micro }, (_, i) => dropoutMasks(specs, rate, [seed, step, i]));
  const memory = masks.flatMap((each) => Object.values(each).map(({ buffer }) => buffer as ArrayBuffer));
  port.postMessage(masks, memory);
});
