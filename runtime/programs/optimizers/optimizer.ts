import type { Tensor } from "@tensorflow/tfjs-core";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";

export type SpecOf<K extends OptimizerSpec["kind"]> = Extract<OptimizerSpec, { kind: K }>;

/** How gradients change weights. */
export interface Optimizer<S extends OptimizerSpec = OptimizerSpec> {
  /** Numbers of a step, which counts from 1. They are computed in double precision and given to the engine in single. */
  scalars(spec: S, step: number, learningRate: number): Record<string, number>;
  /** Those of them that grow with the learning rate: layers may have a rate of their own. */
  rates: readonly string[];
  /** What changes a weight: the same rule for all, or one for matrices and another for the rest. */
  ruleOf(parameter: Parameter): Rule<S>;
}

export interface Rule<S> {
  /** Whether each number changes on its own: then many weights are updated as one flat array, else each weight alone. */
  elementwise: boolean;
  /** The arrays that it keeps of a weight beside it, 0 at first, by the names that they have in checkpoints. */
  keeps(parameter: Parameter, spec: S): Record<string, Extent>;
  /** New values of `weights` and of each kept array. */
  update(spec: S, before: Before, scalars: Tensors): Tensors;
}

/** What an array has a number for: each of the weight's, or each row or column of each matrix in it. */
export type Extent = "weights" | "rows" | "columns";

/** Arrays are flat (N). */
export interface Before {
  /** The weights in the arrays, in their order; just one unless the rule is elementwise. */
  parameters: readonly Parameter[];
  weights: Tensor;
  kept: Tensors;
  gradient: Tensor;
  /** Factor of the gradient, a scalar. */
  scale: Tensor;
  /** Whether these weights decay: matrices do, biases, norms and embeddings of positions do not. */
  decays: boolean;
}

/** Widths of the matrices that are side by side in a weight. */
export function joinedWidths({ shape, joined }: Parameter): readonly number[] {
  return joined ?? [shape.at(-1)!];
}

/** Count of numbers in an array that is kept of a weight. */
export function keptSize(parameter: Parameter, extent: Extent): number {
  const { shape } = parameter;
  if (extent === "weights") return sizeOf(shape);
  return extent === "rows" ? shape[0]! * joinedWidths(parameter).length : shape[1]!;
}
