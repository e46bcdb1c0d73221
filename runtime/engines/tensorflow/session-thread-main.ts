import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { dataTypes, savedModelTag } from "./builder.ts";
import type { NativeModules } from "./host.ts";
import type { Feed, Reply, Request } from "./messages.ts";

/*
 * The thread that holds the session. A call into the library returns when the step is done; on a thread of its own it lets the
 * main thread prepare the next step meanwhile, and hear that it should stop.
 */

/** Of tfjs_binding.node, which @tensorflow/tfjs-node-gpu is built on. */
interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], type: number, data: Feed["data"]): number;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Feed["data"];
  loadSavedModel(folder: string, tags: string): number;
  /** Names are joined by commas. */
  runSavedModel(model: number, feeds: readonly number[], feedNames: string, fetchNames: string): { id: number }[];
  deleteSavedModel(model: number): void;
}

const { binding: bindingPath, quiet } = workerData as NativeModules;
const load = createRequire(import.meta.url);
// one that was installed before there was such a module has none
if (existsSync(quiet)) load(quiet);
const binding = load(bindingPath) as Binding;

parentPort!.on("message", (request: Request) => {
  let reply: Reply;
  try {
    reply = { id: request.id, answer: answerTo(request) };
  } catch (error) {
    reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
  const transferred = "answer" in reply && Array.isArray(reply.answer) ? reply.answer.map((array) => array.buffer as ArrayBuffer) : [];
  parentPort!.postMessage(reply, transferred);
});

function answerTo(request: Request) {
  switch (request.kind) {
    case "describe":
      return { version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
    case "load":
      return binding.loadSavedModel(request.folder, savedModelTag);
    case "run":
      return run(request);
    case "unload":
      binding.deleteSavedModel(request.model);
      return null;
  }
}

function run({ model, feeds, fetches }: Extract<Request, { kind: "run" }>): Feed["data"][] {
  const fed = feeds.map(({ shape, dtype, data }) => binding.createTensor(shape, dataTypes[dtype], data));
  try {
    const results = binding.runSavedModel(model, fed, feeds.map(({ tensor }) => tensor).join(), fetches.join());
    return results.map(({ id }) => {
      const data = binding.tensorDataSync(id);
      binding.deleteTensor(id);
      return data;
    });
  } finally {
    for (const tensor of fed) binding.deleteTensor(tensor);
  }
}
