import { sizeOf } from "#runtime/contract/shape.ts";
import { type Graph, type Node, simplify, type Value } from "#runtime/trace/graph.ts";

/** A number that the engine computes outside the graph, from the inputs of the call and outputs of the graph. */
export type Scalar =
  | { input: string }
  | { constant: number }
  | { output: string }
  | { squares: GradientPart[] }
  | { op: ScalarOperation; of: Scalar[] };

export type ScalarOperation = (typeof scalarOperations)[number];
const scalarOperations = ["Add", "Sub", "Multiply", "RealDiv", "Minimum", "Sqrt"] as const;

/** An update of flat entries of the state that the engine computes outside the graph, after it has run. */
export interface Update {
  /** Names of entries of the state. */
  weights: string;
  firstMoment: string;
  secondMoment: string;
  /** The parts of the gradient, in order. */
  gradient: GradientPart[];
  scale: Scalar;
  stepSize: Scalar;
  epsilon: Scalar;
  keep: Scalar;
  beta1: number;
  beta2: number;
}

/** A part of a flat entry of the state. */
export interface View {
  entry: string;
  offset: number;
  shape: readonly number[];
}

/** A part of a gradient: an output of the graph, or an entry of the state. */
export type GradientPart = { entry: string } | { output: string };

/** A flat entry of the state to which parts of a gradient are added. */
export interface Sum {
  entry: string;
  parts: GradientPart[];
}

export interface OptimizerSplit {
  graph: Graph;
  updates: Update[];
  sums: Sum[];
  /** Entries of the state (B, G, T, W) into which an output of the graph (B, G, 1, W) is inserted at a position of T. */
  insertions: { entry: string; added: string; at: Scalar; width: number }[];
  /** Entries of the state that are filled with a number. */
  fills: { entry: string; value: number }[];
  /** Outputs of the function that are numbers computed outside the graph. */
  scalars: Record<string, Scalar>;
  /** Views by the name of the graph's state. */
  views: Record<string, View>;
}

/**
 * Takes computations out of a graph that would need copies in ONNX Runtime for Node.js, which copies each output. The engine computes AdamW
 * and the sum of the gradients of micro-batches in place, so that moments never enter the graph and weights never leave it. For a cache,
 * only a new position leaves the graph. The gradient's norm is computed outside too, since its many small nodes cost more than their work.
 * The parts of a flat entry of the state are separate inputs instead of being split, and those of a flat gradient are separate outputs
 * instead of being joined.
 */
export function splitOptimizer(graph: Graph): OptimizerSplit {
  return withViews(withoutUpdates(graph));
}

function withoutUpdates(graph: Graph): Omit<OptimizerSplit, "views"> {
  const makers = makersOf(graph);
  const outputs = new Map<number, { name: string; value: Value }>();
  const outputOf = (value: Value): { output: string } => {
    const known = outputs.get(value.id) ?? { name: `taken.${value.id}`, value };
    outputs.set(value.id, known);
    return { output: known.name };
  };
  const entryOf = (value: Value) => graph.state.find((entry) => entry.value.id === value.id)?.name;
  const partOf = (value: Value) => {
    const entry = entryOf(value);
    return entry === undefined ? outputOf(value) : { entry };
  };
  const scalars = new Map<number, Scalar>();
  /** The number for a value; equal values give the same object, so that it is computed only once. */
  const scalarOf = (value: Value): Scalar => {
    const known = scalars.get(value.id) ?? makeScalar(value);
    scalars.set(value.id, known);
    return known;
  };
  const makeScalar = (value: Value): Scalar => {
    const input = graph.inputs.find((entry) => entry.value.id === value.id);
    if (input) return { input: input.name };
    const constant = graph.constants.find((entry) => entry.value.id === value.id);
    if (constant) return { constant: constant.data[0] as number };
    const maker = makers.get(value.id)!;
    if (isSquares(maker)) return { squares: partsOf(maker.inputs[0]!, makers).map(partOf) };
    return isScalarOperation(maker.op) && sizeOf(value.shape) === 1 ? { op: maker.op, of: maker.inputs.map(scalarOf) } : outputOf(value);
  };
  const isUpdate = ({ op }: Node) => op === "AdamW";
  const updates = graph.nodes.filter(isUpdate).map(({ inputs, attributes }): Update => {
    const [weights, firstMoment, secondMoment, gradient, scale, stepSize, epsilon, keep] = inputs as [
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    return {
      weights: entryOf(weights)!,
      firstMoment: entryOf(firstMoment)!,
      secondMoment: entryOf(secondMoment)!,
      gradient: partsOf(gradient, makers).map(partOf),
      scale: scalarOf(scale),
      stepSize: scalarOf(stepSize),
      epsilon: scalarOf(epsilon),
      keep: scalarOf(keep),
      beta1: attributes.beta1 as number,
      beta2: attributes.beta2 as number,
    };
  });
  const made = new Set(graph.nodes.filter(isUpdate).flatMap((node) => node.outputs.map(({ id }) => id)));
  const sums: Sum[] = [];
  const fills: OptimizerSplit["fills"] = [];
  const insertions: OptimizerSplit["insertions"] = [];
  const left = graph.updates.filter(({ name, value }) => {
    const [a, b] = makers.get(value.id)?.inputs ?? [];
    if (makers.get(value.id)?.op === "Insert" && entryOf(makers.get(value.id)!.inputs[0]!) === name) {
      const [, added, at] = makers.get(value.id)!.inputs as [Value, Value, Value];
      insertions.push({ entry: name, added: outputOf(added).output, at: scalarOf(at), width: value.shape[3]! });
      return false;
    }
    const constant = graph.constants.find((each) => each.value.id === value.id)?.data;
    if (constant?.every((number) => number === constant[0])) fills.push({ entry: name, value: constant[0]! });
    else if (makers.get(value.id)?.op === "Add" && value.shape.length === 1 && entryOf(a!) === name)
      sums.push({ entry: name, parts: partsOf(b!, makers).map(partOf) });
    else return !made.has(value.id);
    return false;
  });
  const measures = (value: Value): boolean => {
    const maker = makers.get(value.id);
    if (maker === undefined || sizeOf(value.shape) !== 1) return false;
    return isSquares(maker) || (isScalarOperation(maker.op) && maker.inputs.some(measures));
  };
  const own = Object.fromEntries(graph.outputs.filter(({ value }) => measures(value)).map(({ name, value }) => [name, scalarOf(value)]));
  const rest: Graph = {
    ...graph,
    nodes: graph.nodes.filter((node) => !isUpdate(node)),
    updates: left,
    outputs: [...graph.outputs.filter(({ name }) => !(name in own)), ...outputs.values()],
  };
  return { graph: simplify(rest), updates, sums, insertions, fills, scalars: own };
}

function isSquares({ op, outputs }: Node): boolean {
  return op === "SumSquare" && sizeOf(outputs[0]!.shape) === 1;
}

function isScalarOperation(op: string): op is ScalarOperation {
  return scalarOperations.some((name) => name === op);
}

/** The arrays that were flattened and joined to this value, or the value itself. */
function partsOf(value: Value, makers: ReadonlyMap<number, Node>): Value[] {
  const maker = makers.get(value.id);
  if (maker?.op === "Reshape") return partsOf(maker.inputs[0]!, makers);
  if (maker?.op === "Concat" && value.shape.length === 1) return maker.inputs.flatMap((input) => partsOf(input, makers));
  return [value];
}

function withViews({ graph, ...taken }: Omit<OptimizerSplit, "views">): OptimizerSplit {
  const users = new Map<number, Node[]>();
  for (const node of graph.nodes) for (const { id } of node.inputs) users.set(id, [...(users.get(id) ?? []), node]);
  const views: OptimizerSplit["views"] = {};
  const absorbed = new Set<Node>();
  const state = graph.state.flatMap((entry) => {
    const using = users.get(entry.value.id) ?? [];
    const [split] = using;
    if (using.length === 0) return [];
    if (using.length > 1 || split?.op !== "SplitV" || entry.value.shape.length > 1) return [entry];
    absorbed.add(split);
    let offset = 0;
    return split.outputs.map((flat, i) => {
      const name = `${entry.name}:${i}`;
      const [shaped, ...others] = users.get(flat.id) ?? [];
      const isShape = shaped?.op === "Reshape" && others.length === 0;
      if (isShape) absorbed.add(shaped);
      const value = isShape ? shaped.outputs[0]! : flat;
      views[name] = { entry: entry.name, offset, shape: value.shape };
      offset += sizeOf(value.shape);
      return { name, value };
    });
  });
  return { graph: { ...graph, state, nodes: graph.nodes.filter((node) => !absorbed.has(node)) }, ...taken, views };
}

function makersOf({ nodes }: Graph): Map<number, Node> {
  return new Map(nodes.flatMap((node) => node.outputs.map(({ id }) => [id, node] as const)));
}
