import type { Arrays } from "#runtime/trace/function.ts";
import { sumOfSquares, updateInPlace } from "./host-update.ts";
import type { GradientPart, OptimizerSplit, Scalar, ScalarOperation } from "./split-optimizer.ts";

/**
 * Computes what was taken out of the graph, with the state before the call, and returns the outputs of the function that are part of it.
 * @param outputOf returns an output of the graph that was added for this
 */
export function applyOptimizer(
  {
    optimizer,
    sums,
    insertions,
    fills,
    scalars,
  }: Omit<OptimizerSplit, "graph" | "views" | "updates"> & { optimizer: OptimizerSplit["updates"] },
  state: ReadonlyMap<string, Float32Array>,
  inputs: Arrays,
  outputOf: (name: string) => Float32Array,
): Arrays {
  const partOf = (part: GradientPart) => ("entry" in part ? state.get(part.entry)! : outputOf(part.output));
  const known = new Map<Scalar, number>();
  const scalar = (from: Scalar): number => {
    const value = known.get(from) ?? computed(from);
    known.set(from, value);
    return value;
  };
  const computed = (from: Scalar): number => {
    if ("constant" in from) return from.constant;
    if ("squares" in from) return sumOfSquares(from.squares.map(partOf));
    if ("op" in from) return operations[from.op](...(from.of.map(scalar) as [number, number]));
    return ("input" in from ? inputs[from.input] : outputOf(from.output))![0] as number;
  };
  const outputs = Object.fromEntries(Object.entries(scalars).map(([name, from]) => [name, Float32Array.of(scalar(from))]));
  for (const { weights, firstMoment, secondMoment, gradient, beta1, beta2, ...others } of optimizer) {
    updateInPlace([state.get(weights)!, state.get(firstMoment)!, state.get(secondMoment)!], gradient.map(partOf), {
      scale: scalar(others.scale),
      beta1,
      beta2,
      stepSize: scalar(others.stepSize),
      epsilon: scalar(others.epsilon),
      keep: scalar(others.keep),
    });
  }
  for (const { entry, parts } of sums) addInPlace(state.get(entry)!, parts.map(partOf));
  for (const { entry, added, at, width } of insertions) insertInPlace(state.get(entry)!, outputOf(added), scalar(at), width);
  for (const { entry, value } of fills) state.get(entry)!.fill(value);
  return outputs;
}

const operations: Record<ScalarOperation, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Minimum: Math.min,
  Sqrt: (a) => Math.sqrt(a),
};

/** Inserts `added` (B, G, 1, W) into `kept` (B, G, T, W) in place. */
function insertInPlace(kept: Float32Array, added: Float32Array, place: number, width: number): void {
  const length = kept.length / added.length;
  for (let row = 0; row < added.length / width; row++)
    kept.set(added.subarray(row * width, (row + 1) * width), (row * length + place) * width);
}

function addInPlace(sum: Float32Array, parts: readonly Float32Array[]): void {
  let start = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) sum[start + i]! += part[i]!;
    start += part.length;
  }
}
