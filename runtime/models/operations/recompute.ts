import { engine, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, runKernel } from "./kernel.ts";

export interface Recomputed {
  /** Gradients pass to these; the weights among them are there anyway. */
  values: Tensor[];
  weights: Tensor[];
  /** What else is read: no gradient passes to it. */
  constants: Tensor[];
}

/**
 * What `compute` makes of its inputs. Only these are kept for the backward pass, where it is computed again (Chen et al. 2016,
 * section 4): the same numbers, more work, less memory.
 */
export function recomputed(given: Recomputed, compute: (given: Recomputed) => Tensor): Tensor {
  const [values, weights] = [given.values.length, given.weights.length];
  const parted = (all: Tensor[]): Recomputed => ({
    values: all.slice(0, values),
    weights: all.slice(values, values + weights),
    constants: all.slice(values + weights),
  });
  return differentiable([...given.values, ...given.weights], (inputs) => {
    const saved = [...inputs, ...given.constants];
    return {
      value: compute(parted(saved)),
      saved,
      gradient(dy, saved) {
        const { values, weights, constants } = parted(saved);
        const once = { values: values.map((x) => again(x, dy)), weights, constants: constants.map((x) => again(x, dy)) };
        return gradients([...once.values, ...weights], () => compute(once), dy);
      },
    };
  });
}

/** x, but not before `after` is there, nor as the same value: what is computed from it is computed when it is needed. */
function again(x: Tensor, after: Tensor): Tensor {
  return runKernel("Again", { x, after })[0] as Tensor;
}

/** With a tape of its own inside the backward pass of another, which TensorFlow.js does not expect to be lost. */
function gradients(of: Tensor[], compute: () => Tensor, dy: Tensor): Tensor[] {
  const { state } = engine() as unknown as { state: { activeTape: unknown } };
  const outer = state.activeTape;
  try {
    return engine().gradients(compute as never, of, dy as never).grads;
  } finally {
    state.activeTape = outer;
  }
}
