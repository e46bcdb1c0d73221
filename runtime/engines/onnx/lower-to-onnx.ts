import onnxProto from "onnx-proto";
import type { Constant, Graph, Value } from "#runtime/trace/graph.ts";
import { fuse } from "./fuse.ts";
import { createOnnxBuilder, type OnnxBuilder, onnxDataTypes } from "./onnx-builder.ts";
import { onnxOperators } from "./onnx-operators.ts";
import { type OptimizerSplit, splitOptimizer, type Update } from "./split-optimizer.ts";

const { onnx } = onnxProto;

export interface LoweredGraph extends Omit<OptimizerSplit, "graph" | "updates"> {
  /** A serialised ModelProto. */
  model: Uint8Array;
  /** Names of its tensors for the state, by the program's names; views have their own names. */
  state: Record<string, string>;
  inputs: Record<string, string>;
  updates: Record<string, string>;
  outputs: Record<string, string>;
  optimizer: Update[];
  /** Outputs that the computations outside the graph read. */
  taken: Record<string, string>;
  /** All tensors that a run returns. */
  results: string[];
}

/** A traced graph as an ONNX model: opset 17 with ONNX Runtime's com.microsoft operators. */
export function lowerToOnnx(traced: Graph): LoweredGraph {
  const { graph, updates, ...split } = splitOptimizer(fuse(traced));
  const builder = createOnnxBuilder();
  for (const constant of graph.constants) initializer(builder, constant);
  for (const node of graph.nodes) {
    const operator = onnxOperators[node.op];
    if (!operator) throw new Error(`the onnx engine has no operator for ${node.op}`);
    operator(node, builder);
  }
  const results = resultNames(graph, builder);
  const model = onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [
      { domain: "", version: 17 },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: graph.name,
      // ONNX Runtime goes from the graph's ends to what they need, the last node first: so that it keeps the trace's order, in which
      // each gradient of a weight comes as soon as it can and lets go of what it was made from
      node: builder.nodes.toReversed(),
      initializer: builder.initializers,
      input: [...graph.state, ...graph.inputs].map(({ value }) => valueInfo(builder.name(value), value)),
      output: results.map(({ tensor, value }) => valueInfo(tensor, value)),
    },
  });
  const named = (entries: Graph["inputs"]) => Object.fromEntries(entries.map(({ name, value }) => [name, builder.name(value)]));
  const pick = (some: (result: (typeof results)[number]) => boolean) =>
    Object.fromEntries(results.filter(some).map(({ name, tensor }) => [name, tensor]));
  const isOutput = (name: string) => traced.outputs.some((output) => output.name === name);
  return {
    model: onnx.ModelProto.encode(model).finish(),
    state: named(graph.state),
    inputs: named(graph.inputs),
    updates: pick(({ kind }) => kind === "updates"),
    outputs: pick(({ kind, name }) => kind === "outputs" && isOutput(name)),
    taken: pick(({ kind, name }) => kind === "outputs" && !isOutput(name)),
    results: results.map(({ tensor }) => tensor),
    optimizer: updates,
    ...split,
  };
}

/**
 * Names of the results. An ONNX output is computed by a node and has one name; other values, and values that are used twice, are copied.
 */
function resultNames(graph: Graph, builder: OnnxBuilder) {
  const made = new Set(graph.nodes.flatMap((node) => node.outputs.map((output) => output.id)));
  return (["updates", "outputs"] as const).flatMap((kind) =>
    graph[kind].map(({ name, value }) => {
      if (made.delete(value.id)) return { kind, name, value, tensor: builder.name(value) };
      const tensor = `${kind}:${name}`;
      builder.node("Identity", [builder.name(value)], [tensor]);
      return { kind, name, value, tensor };
    }),
  );
}

function initializer(builder: OnnxBuilder, { value, data }: Constant): void {
  builder.initializers.push({
    name: builder.name(value),
    dims: [...value.shape],
    dataType: onnxDataTypes[value.dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

function valueInfo(name: string, { shape, dtype }: Value) {
  return { name, type: { tensorType: { elemType: onnxDataTypes[dtype], shape: { dim: shape.map((size) => ({ dimValue: size })) } } } };
}
