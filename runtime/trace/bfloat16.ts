import { sizeOf } from "#runtime/contract/shape.ts";
import type { Graph, Node, Value } from "./graph.ts";

/** Operations that keep 16 bits from one matrix product to the next, since they do not round. */
const moves = new Set(["Reshape", "Transpose", "SplitV", "Concat", "Slice", "Relu", "Neg"]);
const products = new Set(["BatchMatMul", "ScaledMatMul"]);

/**
 * Mixed precision (Micikevicius et al. 2018, section 3, with bfloat16 instead of half precision; its range makes loss scaling unnecessary):
 * matrix products, with their biases, have 16-bit inputs and outputs. Norms, softmax, losses, sums over many numbers, gradient norms, the
 * optimiser and the state stay in 32 bits.
 */
export function withBfloat16(graph: Graph): Graph {
  const nodes: Node[] = [];
  /** Values of the graph in the precision in which they are computed. */
  const made = new Map<number, Value>();
  const casts = new Map<string, Value>();
  let last = Math.max(
    ...[...graph.nodes.flatMap(({ outputs }) => outputs), ...graph.constants.map(({ value }) => value)].map(({ id }) => id),
  );
  const as = (value: Value, dtype: "float32" | "bfloat16"): Value => {
    const now = made.get(value.id) ?? value;
    if (now.dtype === dtype || (now.dtype !== "float32" && now.dtype !== "bfloat16")) return now;
    const key = `${value.id} ${dtype}`;
    const known = casts.get(key);
    if (known) return known;
    const cast: Value = { id: ++last, shape: value.shape, dtype };
    casts.set(key, cast);
    nodes.push({ op: "Cast", inputs: [now], attributes: { dtype }, outputs: [cast] });
    return cast;
  };
  const isHalf = (value: Value) => made.get(value.id)?.dtype === "bfloat16";
  for (const node of graph.nodes) {
    const dtype: "float32" | "bfloat16" = products.has(node.op) || staysHalf(node, isHalf) ? "bfloat16" : "float32";
    const inputs = node.inputs.map((input) => as(input, dtype));
    const outputs = node.outputs.map((output) => (output.dtype === "float32" ? { ...output, dtype } : output));
    for (const output of outputs) made.set(output.id, output);
    nodes.push({ ...node, inputs, outputs });
  }
  const inFull = <T extends { value: Value }>(entry: T): T => ({ ...entry, value: as(entry.value, "float32") });
  return { ...graph, updates: graph.updates.map(inFull), outputs: graph.outputs.map(inFull), nodes };
}

function staysHalf({ op, inputs, outputs }: Node, isHalf: (value: Value) => boolean): boolean {
  if (moves.has(op)) return inputs.every((input) => input.dtype === "float32" && isHalf(input));
  if (op !== "Add") return false;
  const size = sizeOf(outputs[0]!.shape);
  // a bias has the precision of the product
  return inputs.every((input) => (sizeOf(input.shape) === size ? isHalf(input) : input.shape.length === 1));
}
