import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import { dispose, enableProdMode, getKernel, keep, setBackend, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import type { Arrays, Program, Tensors } from "#runtime/trace/function.ts";
import { type Engine, type EngineSession, requirePrecision } from "../engine.ts";
import { registerCpuKernels } from "./cpu-kernels.ts";

/**
 * The reference engine: programs run eagerly on TensorFlow.js's plain JavaScript backend. It is slow; other engines are tested against it.
 */
export const cpuEngine: Engine = {
  name: "cpu",
  async describe() {
    return { engine: "cpu", version: `@tensorflow/tfjs-backend-cpu ${version_cpu}`, device: "cpu", threads: 1 };
  },
  async open(program) {
    requirePrecision(program, "cpu");
    // suppresses its advice to install another backend
    enableProdMode();
    if (!getKernel("LayerNorm", "cpu")) registerCpuKernels();
    return openSession(program);
  },
};

function openSession(program: Program): EngineSession {
  const specs = new Map(program.state.map((spec) => [spec.name, spec]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const state: Tensors = {};
  const replace = (name: string, value: Tensor) => {
    state[name]?.dispose();
    state[name] = keep(value);
  };
  return {
    queues: false,
    async write(values) {
      setBackend("cpu");
      for (const [name, value] of Object.entries(values)) {
        const spec = specs.get(name);
        if (!spec) throw new Error(`the program has no state ${name}`);
        replace(name, tensor(value, [...spec.shape], spec.dtype));
      }
    },
    async read(names) {
      return Object.fromEntries(names.map((name) => [name, (state[name]!.dataSync() as Float32Array).slice()]));
    },
    async call(name, inputs) {
      const fn = functions.get(name);
      if (!fn) throw new Error(`the program has no function ${name}`);
      setBackend("cpu");
      const outputs: Arrays = {};
      const updates = tidy(() => {
        const given: Tensors = Object.fromEntries(
          fn.inputs.map((spec) => [spec.name, tensor(inputs[spec.name]!, [...spec.shape], spec.dtype)]),
        );
        const result = fn.call(Object.fromEntries(fn.reads.map((read) => [read, state[read]!])), given);
        for (const [output, value] of Object.entries(result.outputs)) outputs[output] = (value.dataSync() as Float32Array).slice();
        return result.state;
      });
      for (const [entry, value] of Object.entries(updates)) replace(entry, value);
      return outputs;
    },
    async close() {
      dispose(Object.values(state));
    },
  };
}
