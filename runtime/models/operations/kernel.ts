import { customGrad, engine, type NamedTensorMap, type Tensor } from "@tensorflow/tfjs-core";

/** Calls a custom kernel by name (trace/custom-kernels.ts), and returns a list of its outputs. */
export function runKernel(name: string, inputs: NamedTensorMap, attributes: Record<string, number | boolean> = {}): Tensor[] {
  const output = engine().runKernel(name, inputs, attributes) as Tensor | Tensor[];
  return Array.isArray(output) ? output : [output];
}

/** scale × a b over the last two axes, with optional transposes. It has no gradient, so it is for use within `differentiable`. */
export function scaledMatMul(a: Tensor, b: Tensor, { scale = 1, transposeA = false, transposeB = false } = {}): Tensor {
  return runKernel("ScaledMatMul", { a, b }, { scale, transposeA, transposeB })[0] as Tensor;
}

export interface Differentiable {
  value: Tensor;
  /** Tensors that the gradient needs, which are kept until the backward pass. */
  saved: Tensor[];
  /** Gradients of the inputs, in their order. */
  gradient(dy: Tensor, saved: Tensor[]): Tensor[];
}

/** An operation with a custom gradient. `forward` receives the inputs as the tape records them. */
export function differentiable(inputs: Tensor[], forward: (inputs: Tensor[]) => Differentiable): Tensor {
  const operation = customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const { value, saved, gradient } = forward(args as Tensor[]);
    save(saved);
    // TensorFlow.js's type allows only one input
    return { value, gradFunc: gradient as never };
  });
  return operation(...inputs);
}

/** Computes a tensor that counts as a constant, so that no gradient passes through it. */
export function detached(compute: () => Tensor): Tensor {
  return differentiable([], () => ({ value: compute(), saved: [], gradient: () => [] }));
}
