import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Arrays, Program, TensorSpec } from "#runtime/trace/function.ts";
import { trace } from "#runtime/trace/trace.ts";
import { type Engine, type EngineSession, requirePrecision } from "../engine.ts";
import { applyOptimizer } from "./apply-optimizer.ts";
import { type LoweredGraph, lowerToOnnx } from "./lower-to-onnx.ts";

export interface OnnxOptions {
  threads: number;
  /** Number of these that a single operator uses. */
  operatorThreads: number;
}

/** The default engine: each function's trace is an ONNX model in ONNX Runtime; the state is in arrays that are swapped at each call. */
export function onnxEngine({ threads, operatorThreads }: OnnxOptions): Engine {
  const runtime = loadRuntime();
  return {
    name: "onnx",
    async describe() {
      return { engine: "onnx", version: `onnxruntime-node ${runtime.env.versions.node}`, device: "cpu", threads };
    },
    async open(program) {
      requirePrecision(program, "onnx");
      return openSession(runtime, program, operatorThreads);
    },
  };
}

/**
 * Loads ONNX Runtime without its telemetry, which would write a device's id and events into the user's cache folder and send them to
 * Microsoft. The library reads the variable when it makes its first session.
 */
function loadRuntime(): typeof OnnxRuntime {
  process.env.ORT_DISABLE_TELEMETRY = "1";
  return createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;
}

interface Compiled {
  /** Undefined if the engine computes the whole function itself. */
  session: InferenceSession | undefined;
  lowered: LoweredGraph;
}

function openSession(runtime: typeof OnnxRuntime, program: Program, threads: number): EngineSession {
  const compiled = new Map<string, Promise<Compiled>>();
  const specs = new Map(program.state.map((spec) => [spec.name, spec]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const state = new Map<string, Arrays[string]>();

  const tensorOf = ({ shape, dtype }: Omit<TensorSpec, "name">, data: Arrays[string]): Tensor =>
    new runtime.Tensor(dtype, data as never, [...shape]);
  const specOf = (name: string): TensorSpec => {
    const spec = specs.get(name);
    if (!spec) throw new Error(`the program has no state ${name}`);
    return spec;
  };
  const compile = async (name: string): Promise<Compiled> => {
    const fn = functions.get(name);
    if (!fn) throw new Error(`the program has no function ${name}`);
    const lowered = lowerToOnnx(trace(fn, program.state));
    if (lowered.results.length === 0) return { session: undefined, lowered };
    const session = await runtime.InferenceSession.create(lowered.model, {
      intraOpNumThreads: threads,
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      logSeverityLevel: 3,
      // a memory plan in addition to the arena of the first run needs twice the memory and saves no time (measured)
      enableMemPattern: false,
      // busy-waiting threads respond at once, which saves a tenth of a small model's step, but take a shared processor from others
      extra: { session: { intra_op: { allow_spinning: threads >= availableParallelism() ? "1" : "0" } } },
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
  /** An entry of the state, or a view of one, which is passed to the graph without a copy. */
  const stateTensor = ({ views }: LoweredGraph, name: string): Tensor => {
    const view = views[name];
    if (!view) return tensorOf(specOf(name), state.get(name)!);
    return tensorOf(
      { shape: view.shape, dtype: "float32" },
      state.get(view.entry)!.subarray(view.offset, view.offset + sizeOf(view.shape)),
    );
  };

  return {
    queues: false,
    async write(values) {
      for (const [name, value] of Object.entries(values)) {
        const { shape } = specOf(name);
        if (value.length !== sizeOf(shape)) throw new Error(`${name} takes ${sizeOf(shape)} values, not ${value.length}`);
        state.set(name, value);
      }
    },
    async read(names) {
      return Object.fromEntries(names.map((name) => [name, (state.get(name) as Float32Array).slice()]));
    },
    async call(name, inputs) {
      const { session, lowered } = await compiledOf(name);
      const feeds: Record<string, Tensor> = {};
      for (const [entry, tensor] of Object.entries(lowered.state)) feeds[tensor] = stateTensor(lowered, entry);
      for (const spec of functions.get(name)!.inputs) {
        const tensor = lowered.inputs[spec.name];
        if (tensor !== undefined) feeds[tensor] = tensorOf(spec, inputs[spec.name]!);
      }
      // results are copies, whether an array was provided for an output or not
      const results = session ? await session.run(feeds, lowered.results) : {};
      const valuesOf = (tensor: string) => results[tensor]!.data as Float32Array;
      const scalars = applyOptimizer(lowered, state as Map<string, Float32Array>, inputs, (name) => valuesOf(lowered.taken[name]!));
      for (const [entry, tensor] of Object.entries(lowered.updates)) state.set(entry, valuesOf(tensor));
      const outputs = Object.entries(lowered.outputs).map(([output, tensor]) => [output, valuesOf(tensor)] as const);
      return { ...Object.fromEntries(outputs), ...scalars };
    },
    async close() {
      for (const pending of compiled.values()) await (await pending).session?.release();
      compiled.clear();
      state.clear();
    },
  };
}
