import { Worker } from "node:worker_threads";
import type { Installation } from "./installation.ts";
import type { Kind, Reply, Request, Requests } from "./messages.ts";

/** Paths. */
export type NativeModules = Pick<Installation, "binding" | "quiet">;

/** The thread with the library, which is loaded once in a process. */
export interface Host {
  ask<K extends Kind>(kind: K, ask: Requests[K]["ask"], moved?: readonly ArrayBuffer[]): Promise<Requests[K]["answer"]>;
}

export function startHost({ binding, quiet }: NativeModules): Host {
  // beside this file among the sources, in the folder above the parts of a bundle
  const script = import.meta.url.endsWith(".ts") ? "./session-thread-main.ts" : "../session-thread-main.js";
  const worker = new Worker(new URL(script, import.meta.url), { workerData: { binding, quiet } satisfies NativeModules });
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let [last, failure] = [0, undefined as Error | undefined];
  const settle = (id: number) => {
    const call = waiting.get(id)!;
    waiting.delete(id);
    // the process ends when nothing else holds it, whether or not sessions were closed
    if (waiting.size === 0) worker.unref();
    return call;
  };
  worker.unref();
  worker.on("message", (reply: Reply) => {
    const { resolve, reject } = settle(reply.id);
    if ("error" in reply) reject(new Error(reply.error));
    else resolve(reply.answer as never);
  });
  worker.on("error", (error: Error) => {
    failure = error;
    for (const id of waiting.keys()) settle(id).reject(error);
  });
  return {
    ask<K extends Kind>(kind: K, ask: Requests[K]["ask"], moved: readonly ArrayBuffer[] = []) {
      if (failure) return Promise.reject(failure);
      return new Promise<Requests[K]["answer"]>((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, kind, ...ask } as Request, moved);
      });
    },
  };
}
