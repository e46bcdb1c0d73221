import { Worker } from "node:worker_threads";
import { threadModule } from "#runtime/machine/thread-module.ts";
import type { Installation } from "./installation.ts";
import type { Kind, Reply, Request, Requests } from "./thread-messages.ts";

/** Paths of the native modules. */
export type NativeModules = Pick<Installation, "binding" | "quiet">;

/** The thread that contains the library, which is loaded only once per process. */
export interface Host {
  /** Sends a request. Requests of one turn of the event loop are sent and answered as one message, since waking a thread takes time. */
  ask<K extends Kind>(kind: K, ask: Requests[K]["ask"], moved?: readonly ArrayBuffer[]): Promise<Requests[K]["answer"]>;
}

export function startHost({ binding, quiet }: NativeModules): Host {
  const worker = new Worker(threadModule(import.meta.url, "session-thread-main"), {
    workerData: { binding, quiet } satisfies NativeModules,
  });
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let [last, failure] = [0, undefined as Error | undefined];
  let outbox: { requests: Request[]; moved: ArrayBuffer[] } | undefined;
  const settle = (id: number) => {
    const call = waiting.get(id)!;
    waiting.delete(id);
    // the process can end even if sessions were not closed
    if (waiting.size === 0) worker.unref();
    return call;
  };
  const send = () => {
    const { requests, moved } = outbox!;
    outbox = undefined;
    worker.postMessage(requests, moved);
  };
  worker.unref();
  worker.on("message", (replies: Reply[]) => {
    for (const reply of replies) {
      const { resolve, reject } = settle(reply.id);
      if ("error" in reply) reject(new Error(reply.error));
      else resolve(reply.answer as never);
    }
  });
  const fail = (error: Error) => {
    failure = error;
    for (const id of waiting.keys()) settle(id).reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the thread of the engine ended before its work was done")));
  return {
    ask<K extends Kind>(kind: K, ask: Requests[K]["ask"], moved: readonly ArrayBuffer[] = []) {
      if (failure) return Promise.reject(failure);
      return new Promise<Requests[K]["answer"]>((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        worker.ref();
        if (!outbox) {
          outbox = { requests: [], moved: [] };
          setImmediate(send);
        }
        outbox.requests.push({ id, kind, ...ask } as Request);
        outbox.moved.push(...moved);
      });
    },
  };
}
