import { createRequire } from "node:module";
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Arrays, DType, Program, TensorSpec } from "../../trace/function.ts";
import { sizeOf } from "../../trace/graph.ts";
import { trace } from "../../trace/trace.ts";
import { type Engine, requireFloat32, type Session } from "../engine.ts";
import { type LoweredGraph, lower } from "./lower.ts";

export interface OnnxOptions {
  /** Threads of one operator. */
  threads: number;
}

/** The embedded default: each function's trace as an ONNX model in ONNX Runtime, state in arrays that are swapped each call. */
export function onnxEngine({ threads }: OnnxOptions): Engine {
  const runtime = createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;
  return {
    name: "onnx",
    async describe() {
      return { engine: "onnx", version: `onnxruntime-node ${runtime.env.versions.node}`, device: "cpu", threads };
    },
    async open(program) {
      requireFloat32(program, "onnx");
      return openSession(runtime, program, threads);
    },
  };
}

interface Compiled {
  session: InferenceSession;
  lowered: LoweredGraph;
}

function openSession(runtime: typeof OnnxRuntime, program: Program, threads: number): Session {
  const compiled = new Map<string, Promise<Compiled>>();
  const specs = new Map(program.state.map((spec) => [spec.name, spec]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const state = new Map<string, Tensor>();
  /** Where the next value of an entry is written; swapped with `state` after each call. */
  const spare = new Map<string, Tensor>();

  const tensorOf = ({ shape, dtype }: TensorSpec, data: Arrays[string]): Tensor => new runtime.Tensor(dtype, data as never, [...shape]);
  const specOf = (name: string): TensorSpec => {
    const spec = specs.get(name);
    if (!spec) throw new Error(`the program has no state ${name}`);
    return spec;
  };
  const compile = async (name: string): Promise<Compiled> => {
    const fn = functions.get(name);
    if (!fn) throw new Error(`the program has no function ${name}`);
    const lowered = lower(trace(fn, program.state));
    const session = await runtime.InferenceSession.create(lowered.model, {
      intraOpNumThreads: threads,
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      logSeverityLevel: 3,
      // a planned block beside the arena of the first run: twice the memory, no time gained (measured)
      enableMemPattern: false,
      // threads that wait in a loop gain nothing on an idle machine (measured) and take the processor from others on a busy one
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return { session, lowered };
  };
  const compiledOf = (name: string): Promise<Compiled> => {
    const known = compiled.get(name);
    if (known) return known;
    const made = compile(name);
    compiled.set(name, made);
    return made;
  };

  return {
    async write(values) {
      for (const [name, value] of Object.entries(values)) {
        const spec = specOf(name);
        if (value.length !== sizeOf(spec.shape)) throw new Error(`${name} takes ${sizeOf(spec.shape)} values, not ${value.length}`);
        state.set(name, tensorOf(spec, value));
      }
    },
    async read(names) {
      return Object.fromEntries(names.map((name) => [name, (state.get(name)!.data as Float32Array).slice()]));
    },
    async call(name, inputs) {
      const { session, lowered } = await compiledOf(name);
      const feeds: Record<string, Tensor> = {};
      for (const [entry, tensor] of Object.entries(lowered.state)) feeds[tensor] = state.get(entry)!;
      for (const spec of functions.get(name)!.inputs) {
        const tensor = lowered.inputs[spec.name];
        if (tensor !== undefined) feeds[tensor] = tensorOf(spec, inputs[spec.name]!);
      }
      const fetches: Record<string, Tensor | null> = {};
      for (const [entry, tensor] of Object.entries(lowered.updates)) {
        const spec = specOf(entry);
        const target = spare.get(entry) ?? tensorOf(spec, empty(spec.dtype, sizeOf(spec.shape)));
        spare.set(entry, target);
        fetches[tensor] = target;
      }
      for (const tensor of Object.values(lowered.outputs)) fetches[tensor] = null;
      const results = await session.run(feeds, fetches);
      for (const entry of Object.keys(lowered.updates)) {
        const before = state.get(entry)!;
        state.set(entry, spare.get(entry)!);
        spare.set(entry, before);
      }
      return Object.fromEntries(
        Object.entries(lowered.outputs).map(([output, tensor]) => [output, (results[tensor] as Tensor).data as Float32Array]),
      );
    },
    async close() {
      for (const pending of compiled.values()) await (await pending).session.release();
      compiled.clear();
      state.clear();
      spare.clear();
    },
  };
}

function empty(dtype: DType, size: number): Arrays[string] {
  if (dtype === "int32") return new Int32Array(size);
  return dtype === "bool" ? new Uint8Array(size) : new Float32Array(size);
}
