import { sizeOf } from "#runtime/contract/shape.ts";
import type { Graph, Node, Value } from "./graph.ts";

export function isProduct({ op }: Node): boolean {
  return op === "BatchMatMul" || op === "ScaledMatMul";
}

/** FLOPs of all matrix products (twice the multiply-adds). Element-wise operations are not counted, as in PyTorch's FlopCounterMode. */
export function flopsOf(graph: Graph): number {
  let flops = 0;
  for (const { inputs, attributes, outputs } of graph.nodes.filter(isProduct)) {
    const inner = inputs[0]!.shape.at(attributes.transposeA ? -2 : -1) as number;
    flops += 2 * sizeOf(outputs[0]!.shape) * inner;
  }
  return flops;
}

/**
 * Peak memory in bytes: the largest set of values that are alive at the same time, in the graph's order. Reshapes share the memory of their
 * input, and AdamW updates in place.
 */
export function peakMemoryOf(graph: Graph): number {
  const root = new Map<number, number>();
  const rootOf = (value: Value) => root.get(value.id) ?? value.id;
  for (const { op, inputs, outputs } of graph.nodes) {
    if (inPlace.has(op)) for (const [i, output] of outputs.entries()) root.set(output.id, rootOf(inputs[i]!));
  }
  const lastUse = new Map<number, number>();
  for (const [at, node] of graph.nodes.entries()) for (const input of node.inputs) lastUse.set(rootOf(input), at);
  for (const { value } of [...graph.updates, ...graph.outputs]) lastUse.set(rootOf(value), graph.nodes.length);
  const freedAt = new Map<number, number[]>();
  for (const [id, at] of lastUse) {
    const ids = freedAt.get(at);
    if (ids) ids.push(id);
    else freedAt.set(at, [id]);
  }

  const bytes = new Map<number, number>();
  let alive = 0;
  const allocate = (value: Value) => {
    const size = sizeOf(value.shape) * bytesOf[value.dtype];
    bytes.set(value.id, size);
    alive += size;
  };
  for (const { value } of [...graph.state, ...graph.inputs, ...graph.constants]) allocate(value);
  let peak = alive;
  const held = new Set([...graph.state, ...graph.inputs, ...graph.constants].map(({ value }) => value.id));
  for (const [at, node] of graph.nodes.entries()) {
    if (!inPlace.has(node.op)) for (const output of node.outputs) allocate(output);
    peak = Math.max(peak, alive);
    for (const id of freedAt.get(at) ?? []) if (!held.has(id)) alive -= bytes.get(id) ?? 0;
  }
  return peak;
}

const inPlace = new Set(["Reshape", "AdamW"]);

const bytesOf: Record<Value["dtype"], number> = { float32: 4, int32: 4, bfloat16: 2, bool: 1 };
