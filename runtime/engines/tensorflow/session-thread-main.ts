import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Arrays } from "#runtime/trace/function.ts";
import type { NativeModules } from "./library-thread.ts";
import { unpackedArrays } from "./packed.ts";
import { graphDefTypes, savedModelTag } from "./tensorflow-builder.ts";
import type { Feed, Reply, Request, Requests } from "./thread-messages.ts";

/*
 * The thread of the session. A call to the library blocks until the step is done; in a separate thread, it lets the main thread prepare the
 * next step in the meantime, and receive a request to stop.
 */

/** The native module tfjs_binding.node, on which @tensorflow/tfjs-node-gpu is built. */
interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], type: number, data: Arrays[string]): number;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Arrays[string];
  loadSavedModel(folder: string, tags: string): number;
  /** Names are joined by commas. */
  runSavedModel(model: number, feeds: readonly number[], feedNames: string, fetchNames: string): { id: number }[];
  deleteSavedModel(model: number): void;
}

const { binding: bindingPath, quiet } = workerData as NativeModules;
const load = createRequire(import.meta.url);
// earlier installations do not have this module
if (existsSync(quiet)) load(quiet);
const binding = load(bindingPath) as Binding;
const calls = new Map<number, Call>();

parentPort!.on("message", (requests: readonly Request[]) => {
  const replies = requests.map(replyTo);
  const arrays = replies.flatMap((reply) => ("answer" in reply && Array.isArray(reply.answer) ? reply.answer : []));
  parentPort!.postMessage(
    replies,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
});

function replyTo(request: Request): Reply {
  try {
    return { id: request.id, answer: answerTo(request) };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
}

function answerTo(request: Request) {
  switch (request.kind) {
    case "describe":
      return { version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
    case "load":
      return binding.loadSavedModel(request.folder, savedModelTag);
    case "define":
      calls.set(request.call, callOf(request));
      return null;
    case "run":
      return run(calls.get(request.call)!, request.packed);
    case "unload":
      binding.deleteSavedModel(request.model);
      for (const [call, { model }] of calls) if (model === request.model) calls.delete(call);
      return null;
  }
}

interface Call {
  model: number;
  feeds: readonly Feed[];
  /** Joined by commas. */
  fed: string;
  fetched: string;
}

function callOf({ model, feeds, fetches }: Requests["define"]["ask"]): Call {
  return { model, feeds, fed: feeds.map(({ tensor }) => tensor).join(), fetched: fetches.join() };
}

function run({ model, feeds, fed: feedNames, fetched }: Call, packed: ArrayBuffer): Arrays[string][] {
  const fed = unpackedArrays(packed, feeds).map((data, i) => binding.createTensor(feeds[i]!.shape, graphDefTypes[feeds[i]!.dtype], data));
  try {
    const results = binding.runSavedModel(model, fed, feedNames, fetched);
    return results.map(({ id }) => {
      const data = binding.tensorDataSync(id);
      binding.deleteTensor(id);
      return data;
    });
  } finally {
    for (const tensor of fed) binding.deleteTensor(tensor);
  }
}
