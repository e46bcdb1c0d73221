import { engine, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, runKernel } from "./kernel.ts";

export interface Recomputed {
  /** Inputs that gradients pass to; the weights among them need no additional memory. */
  values: Tensor[];
  weights: Tensor[];
  /** Other inputs, to which no gradient passes. */
  constants: Tensor[];
}

/**
 * The result of `compute` with activation checkpointing (Chen et al. 2016, section 4): only its inputs are kept for the backward pass, in
 * which it is computed again. This gives the same numbers with more work and less memory.
 */
export function recomputed(given: Recomputed, compute: (given: Recomputed) => Tensor): Tensor {
  const [values, weights] = [given.values.length, given.weights.length];
  const split = (all: Tensor[]): Recomputed => ({
    values: all.slice(0, values),
    weights: all.slice(values, values + weights),
    constants: all.slice(values + weights),
  });
  return differentiable([...given.values, ...given.weights], (inputs) => {
    const saved = [...inputs, ...given.constants];
    return {
      value: compute(split(saved)),
      saved,
      gradient(dy, saved) {
        const { values, weights, constants } = split(saved);
        const once = { values: values.map((x) => again(x, dy)), weights, constants: constants.map((x) => again(x, dy)) };
        return gradients([...once.values, ...weights], () => compute(once), dy);
      },
    };
  });
}

/** A copy of x that is available only after `after` is computed, so that everything computed from it is computed late. */
function again(x: Tensor, after: Tensor): Tensor {
  return runKernel("Again", { x, after })[0] as Tensor;
}

/** Gradients with a separate tape within the backward pass of another one, which TensorFlow.js must find unchanged. */
function gradients(of: Tensor[], compute: () => Tensor, dy: Tensor): Tensor[] {
  const { state } = engine() as unknown as { state: { activeTape: unknown } };
  const outer = state.activeTape;
  try {
    return engine().gradients(compute as never, of, dy as never).grads;
  } finally {
    state.activeTape = outer;
  }
}
