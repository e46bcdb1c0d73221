import { customGrad, engine, type NamedTensorMap, type Tensor } from "@tensorflow/tfjs-core";

/** Calls a kernel of ours by name (trace/custom-kernels.ts); always a list of outputs. */
export function runKernel(name: string, inputs: NamedTensorMap, attributes: Record<string, number | boolean> = {}): Tensor[] {
  const output = engine().runKernel(name, inputs, attributes) as Tensor | Tensor[];
  return Array.isArray(output) ? output : [output];
}

/** scale × a b over the last two axes, with transposes. Without a gradient of its own: for use inside `differentiable`. */
export function scaledMatMul(a: Tensor, b: Tensor, { scale = 1, transposeA = false, transposeB = false } = {}): Tensor {
  return runKernel("ScaledMatMul", { a, b }, { scale, transposeA, transposeB })[0] as Tensor;
}

export interface Differentiable {
  value: Tensor;
  /** What the gradient needs; kept until the backward pass. */
  saved: Tensor[];
  /** Gradients of the inputs, in their order. */
  gradient(dy: Tensor, saved: Tensor[]): Tensor[];
}

/** An operation with a gradient of its own. `forward` gets the inputs as the tape sees them. */
export function differentiable(inputs: Tensor[], forward: (inputs: Tensor[]) => Differentiable): Tensor {
  const operation = customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const { value, saved, gradient } = forward(args as Tensor[]);
    save(saved);
    // TensorFlow.js's type knows one input only
    return { value, gradFunc: gradient as never };
  });
  return operation(...inputs);
}

/** What is computed here is a constant to all that follows: no gradient passes. */
export function detached(compute: () => Tensor): Tensor {
  return differentiable([], () => ({ value: compute(), saved: [], gradient: () => [] }));
}
