import type { Arrays, DType } from "../../trace/function.ts";

/** What the engine asks its thread for, and what each answer holds. */
export interface Requests {
  describe: { ask: Record<never, never>; answer: { version: string; gpu: boolean } };
  /** Loads a SavedModel; the answer is its number. */
  load: { ask: { folder: string }; answer: number };
  run: { ask: { model: number; feeds: readonly Feed[]; fetches: readonly string[] }; answer: Arrays[string][] };
  unload: { ask: { model: number }; answer: null };
}

export interface Feed {
  /** `node:output` */
  tensor: string;
  shape: readonly number[];
  dtype: DType;
  data: Arrays[string];
}

export type Kind = keyof Requests;
export type Request = { [K in Kind]: { id: number; kind: K } & Requests[K]["ask"] }[Kind];
export type Reply = { id: number; answer: Requests[Kind]["answer"] } | { id: number; error: string };
