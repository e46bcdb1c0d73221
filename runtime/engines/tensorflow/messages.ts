import type { Arrays, DType } from "#runtime/trace/function.ts";

/** What the engine asks its thread for, and what each answer holds. */
export interface Requests {
  describe: { ask: Record<never, never>; answer: { version: string; gpu: boolean } };
  /** Loads a SavedModel; the answer is its number. */
  load: { ask: { folder: string }; answer: number };
  /** `call`: what it is known by from then on. */
  define: { ask: { call: number; model: number; feeds: readonly Feed[]; fetches: readonly string[] }; answer: null };
  /** `packed`: the values of the call's feeds, one behind the other. */
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
