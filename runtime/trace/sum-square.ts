import type { Graph, Node, Value } from "./graph.ts";

/** Finds the node that computes a value, if it has the given kernel and the value is used only once. */
export function makersOfOneUse(graph: Graph): (value: Value, op: string) => Node | undefined {
  const maker = new Map<number, Node>();
  const uses = new Map<number, number>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) maker.set(output.id, node);
    for (const input of node.inputs) uses.set(input.id, (uses.get(input.id) ?? 0) + 1);
  }
  for (const { value } of [...graph.updates, ...graph.outputs]) uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  return (value, op) => {
    const node = maker.get(value.id);
    return node?.op === op && uses.get(value.id) === 1 ? node : undefined;
  };
}

/** Replaces Sum(Square(x)) by SumSquare(x), which engines compute in one pass. */
export function withSumSquare(graph: Graph): Graph {
  const alone = makersOfOneUse(graph);
  const absorbed = new Set<Node>();
  const nodes = graph.nodes.map((node) => {
    const square = node.op === "Sum" ? alone(node.inputs[0]!, "Square") : undefined;
    if (!square) return node;
    absorbed.add(square);
    return { ...node, op: "SumSquare", inputs: square.inputs };
  });
  return { ...graph, nodes: nodes.filter((node) => !absorbed.has(node)) };
}
