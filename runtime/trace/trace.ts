import { engine, findBackend, registerBackend, setBackend, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { TraceBackend, traceBackendName, tracedValue } from "./backend.ts";
import type { ProgramFunction, TensorSpec, Tensors } from "./function.ts";
import { type Graph, simplify } from "./graph.ts";
import { registerTraceKernels } from "./trace-kernels.ts";

/** Runs a function once on symbolic tensors and returns its operations as a graph. `state` gives the shapes of `reads`. */
export function trace(fn: ProgramFunction, state: readonly TensorSpec[]): Graph {
  const backend = traceBackend();
  backend.begin();
  const placeholders = (specs: readonly TensorSpec[]): Tensors =>
    Object.fromEntries(specs.map(({ name, shape, dtype }) => [name, tensorOf(backend.placeholder(shape, dtype), backend)]));
  const reads = fn.reads.map((name) => {
    const spec = state.find((entry) => entry.name === name);
    if (!spec) throw new Error(`${fn.name} reads ${name}, which the program's state does not have`);
    return spec;
  });
  const states = placeholders(reads);
  const inputs = placeholders(fn.inputs);
  const named = (tensors: Tensors) => Object.entries(tensors).map(([name, tensor]) => ({ name, value: tracedValue(tensor) }));
  engine().startScope(fn.name);
  try {
    const result = fn.call(states, inputs);
    return simplify({
      name: fn.name,
      state: named(states),
      inputs: named(inputs),
      constants: backend.constants,
      nodes: backend.nodes,
      updates: named(result.state),
      outputs: named(result.outputs),
    });
  } finally {
    engine().endScope();
  }
}

function traceBackend(): TraceBackend {
  if (findBackend(traceBackendName) === null) {
    registerBackend(traceBackendName, () => new TraceBackend());
    registerTraceKernels();
  }
  // the factory is synchronous, so the backend is available immediately
  setBackend(traceBackendName);
  return findBackend(traceBackendName) as TraceBackend;
}

function tensorOf(info: TensorInfo, backend: TraceBackend): Tensor {
  return engine().makeTensorFromDataId(info.dataId, info.shape, info.dtype, backend) as Tensor;
}
