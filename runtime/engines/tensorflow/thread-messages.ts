import type { Arrays, DType } from "#runtime/trace/function.ts";

/** The requests of the engine to its thread, with their answers. */
export interface Requests {
  describe: { ask: Record<never, never>; answer: { version: string; gpu: boolean } };
  /** Loads a SavedModel; the answer is its number. */
  load: { ask: { folder: string }; answer: number };
  /** Defines a call. `call`: its number in later requests. */
  define: { ask: { call: number; model: number; feeds: readonly Feed[]; fetches: readonly string[] }; answer: null };
  /** Runs a call. `packed`: the values of its feeds, in order. */
  run: { ask: { call: number; packed: ArrayBuffer }; answer: Arrays[string][] };
  unload: { ask: { model: number }; answer: null };
}

export interface Feed {
  /** `node:output` */
  tensor: string;
  shape: readonly number[];
  dtype: DType;
}

export type Kind = keyof Requests;
export type Request = { [K in Kind]: { id: number; kind: K } & Requests[K]["ask"] }[Kind];
export type Reply = { id: number; answer: Requests[Kind]["answer"] } | { id: number; error: string };
