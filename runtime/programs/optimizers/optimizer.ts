import type { Tensor } from "@tensorflow/tfjs-core";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import type { Tensors } from "#runtime/trace/function.ts";

export type SpecOf<K extends OptimizerSpec["kind"]> = Extract<OptimizerSpec, { kind: K }>;

/** How gradients change weights. Arrays are flat (N): an update is of many weights at once. */
export interface Optimizer<S extends OptimizerSpec = OptimizerSpec> {
  /** Arrays that it keeps beside the weights, 0 at first, by the names that they have in checkpoints. */
  moments: readonly string[];
  /** Numbers of a step, which counts from 1. They are computed in double precision and given to the engine in single. */
  scalars(spec: S, step: number, learningRate: number): Record<string, number>;
  /** Those of them that grow with the learning rate: layers may have a rate of their own. */
  rates: readonly string[];
  /** New values of `weights` and of each moment. */
  update(spec: S, before: Before, scalars: Tensors): Tensors;
}

export interface Before {
  weights: Tensor;
  moments: Tensors;
  gradient: Tensor;
  /** Factor of the gradient, a scalar. */
  scale: Tensor;
  /** Whether these weights decay: matrices do, biases, norms and embeddings of positions do not. */
  decays: boolean;
}
