import type { Graph, Node, Value } from "../../trace/graph.ts";

/**
 * Rewrites pairs of nodes for which ONNX Runtime has one operator:
 *   Sum(Square(x)) → SumSquare(x)
 *   Add(a b, bias) → BatchMatMul(a, b, bias)
 *   Add(a, UnsortedSegmentSum(x, ids)) → ScatterAdd(a, x, ids), and with Sub the negated x: rows are added to an array
 *   that is there already instead of to zeros that are then added.
 */
export function fuse(graph: Graph): Graph {
  const maker = new Map<number, Node>();
  const uses = new Map<number, number>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) maker.set(output.id, node);
    for (const input of node.inputs) uses.set(input.id, (uses.get(input.id) ?? 0) + 1);
  }
  for (const { value } of [...graph.updates, ...graph.outputs]) uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  let last = Math.max(0, ...graph.nodes.flatMap((node) => node.outputs.map(({ id }) => id)));
  const alone = (value: Value, op: string): Node | undefined => {
    const node = maker.get(value.id);
    return node?.op === op && uses.get(value.id) === 1 ? node : undefined;
  };
  const absorbed = new Set<Node>();
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const [a, b] = node.inputs;
    const square = node.op === "Sum" && a && alone(a, "Square");
    if (square) {
      absorbed.add(square);
      return [{ ...node, op: "SumSquare", inputs: square.inputs }];
    }
    const product = node.op === "Add" && a?.shape.length === 2 && b?.shape.length === 1 && alone(a, "BatchMatMul");
    if (product && product.inputs.length === 2) {
      absorbed.add(product);
      return [{ ...product, inputs: [...product.inputs, b!], outputs: node.outputs }];
    }
    if ((node.op === "Add" || node.op === "Sub") && a && b) {
      const right = alone(b, "UnsortedSegmentSum");
      const left = node.op === "Add" && !right ? alone(a, "UnsortedSegmentSum") : undefined;
      const sum = right ?? left;
      if (sum) {
        absorbed.add(sum);
        const data = right ? a : b;
        const [updates, ids] = sum.inputs as [Value, Value];
        const add = (values: Value): Node => ({ ...node, op: "ScatterAdd", inputs: [data, values, ids], attributes: {} });
        if (node.op === "Add") return [add(updates)];
        const negated: Value = { id: ++last, shape: updates.shape, dtype: updates.dtype };
        return [{ op: "Neg", inputs: [updates], attributes: {}, outputs: [negated] }, add(negated)];
      }
    }
    return [node];
  });
  return { ...graph, nodes: nodes.filter((node) => !absorbed.has(node)) };
}
