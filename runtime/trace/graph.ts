import type { DType } from "./function.ts";

/** A tensor of a traced program, identified by its number, with a static shape. */
export interface Value {
  id: number;
  shape: readonly number[];
  /** `bfloat16` only occurs in programs with that precision. */
  dtype: DType | "bfloat16";
}

/** A call of a kernel. `op` is TensorFlow.js's name of the kernel, or one of `customKernels`. */
export interface Node {
  op: string;
  inputs: readonly Value[];
  attributes: Attributes;
  outputs: readonly Value[];
}

export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>;

export interface Constant {
  value: Value;
  data: Float32Array | Int32Array | Uint8Array;
}

/** A function as a static graph, with its nodes in topological order. */
export interface Graph {
  name: string;
  state: { name: string; value: Value }[];
  inputs: { name: string; value: Value }[];
  constants: Constant[];
  nodes: Node[];
  /** New values for entries of the state. */
  updates: { name: string; value: Value }[];
  outputs: { name: string; value: Value }[];
}

/**
 * Whether a node sums the rows of a matrix, as the gradients of biases do. Graph engines compute it as a product with ones, which is three
 * to twenty times as fast (measured); they are fast at sums of other shapes.
 */
export function sumsRows({ op, inputs, attributes }: Node): boolean {
  const [x] = inputs;
  return op === "Sum" && x?.shape.length === 2 && x.dtype === "float32" && String(attributes.axes) === "0";
}

/** Simplifies a graph: it removes nodes that no update or output needs, merges equal nodes, and merges consecutive reshapes. */
export function simplify(graph: Graph): Graph {
  const { nodes, renamed } = mergeEqual(graph);
  const rename = <T extends { value: Value }>(entry: T): T => ({ ...entry, value: renamed.get(entry.value.id) ?? entry.value });
  const updates = graph.updates.map(rename);
  const outputs = graph.outputs.map(rename);
  const needed = new Set([...updates, ...outputs].map(({ value }) => value.id));
  const live: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output.id))) continue;
    live.push(node);
    for (const input of node.inputs) needed.add(input.id);
  }
  return { ...graph, updates, outputs, nodes: live.reverse(), constants: graph.constants.filter(({ value }) => needed.has(value.id)) };
}

function mergeEqual(graph: Graph): { nodes: Node[]; renamed: Map<number, Value> } {
  const renamed = new Map<number, Value>();
  const constants = new Map<string, Value>();
  for (const { value, data } of graph.constants) {
    if (data.length !== 1) continue;
    const key = `${value.dtype} ${value.shape.length} ${data[0]}`;
    const first = constants.get(key);
    if (first) renamed.set(value.id, first);
    else constants.set(key, value);
  }
  const seen = new Map<number, Node[]>();
  const reshaped = new Map<number, Value>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    let inputs = node.inputs.map((input) => renamed.get(input.id) ?? input);
    if (node.op === "Reshape") {
      const [from, to] = [reshaped.get(inputs[0]!.id) ?? inputs[0]!, node.outputs[0]!];
      if (String(from.shape) === String(to.shape)) {
        renamed.set(to.id, from);
        continue;
      }
      reshaped.set(to.id, from);
      inputs = [from];
    }
    const hash = inputs.reduce((sum, { id }) => (Math.imul(sum, 31) + id) | 0, 0);
    const alike = seen.get(hash) ?? [];
    const same = alike.find((other) => other.op === node.op && sameValues(other.inputs, inputs) && sameAttributes(other, node));
    if (same) for (const [index, output] of node.outputs.entries()) renamed.set(output.id, same.outputs[index] as Value);
    else {
      const kept = { ...node, inputs };
      if (alike.push(kept) === 1) seen.set(hash, alike);
      nodes.push(kept);
    }
  }
  return { nodes, renamed };
}

function sameValues(some: readonly Value[], others: readonly Value[]): boolean {
  return some.length === others.length && some.every(({ id }, index) => id === others[index]!.id);
}

/** Whether two nodes of the same kernel have equal attributes; they have the same names. */
function sameAttributes({ attributes: some }: Node, { attributes: others }: Node): boolean {
  for (const name in some) if (some[name] !== others[name] && String(some[name]) !== String(others[name])) return false;
  return true;
}
