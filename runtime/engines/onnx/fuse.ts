import { largest } from "#runtime/contract/reductions.ts";
import type { Graph, Node, Value } from "#runtime/trace/graph.ts";
import { makersOfOneUse, withSumSquare } from "#runtime/trace/sum-square.ts";

/**
 * Replaces pairs of nodes for which ONNX Runtime has a single operator:
 *   Sum(Square(x)) → SumSquare(x)
 *   Add(a b, bias) → BatchMatMul(a, b, bias)
 *   Add(a, UnsortedSegmentSum(x, ids)) → ScatterAdd(a, x, ids), and with Sub the negated x: rows are added to an existing array
 *   instead of to zeros, which would be added afterwards.
 */
export function fuse(traced: Graph): Graph {
  const graph = withSumSquare(traced);
  const alone = makersOfOneUse(graph);
  let last = largest(
    graph.nodes.flatMap((node) => node.outputs.map(({ id }) => id)),
    0,
  );
  const absorbed = new Set<Node>();
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const [a, b] = node.inputs;
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
