import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Attributes } from "./graph.ts";

/**
 * Kernels of our own: where one call replaces a chain that would dominate a step, and an engine has it fused. Each has its
 * shapes here, a plain implementation in `engines/cpu/kernels.ts`, and a lowering in each graph engine.
 */
export const customKernels: Record<
  string,
  { inputs: readonly string[]; shapes(inputs: Record<string, TensorInfo>, attributes: Attributes): (readonly number[])[] }
> = {
  /** x (…, C), scale (C), bias (C)? → normalised and scaled (…, C), mean (…, 1), 1/σ (…, 1). Attribute epsilon. Ba et al. 2016, equation 4. */
  LayerNorm: {
    inputs: ["x", "scale", "bias"],
    shapes: ({ x }) => [x!.shape, [...x!.shape.slice(0, -1), 1], [...x!.shape.slice(0, -1), 1]],
  },
  /** x → x Φ(x), exact. Hendrycks and Gimpel 2016, section 2. */
  Gelu: { inputs: ["x"], shapes: ({ x }) => [x!.shape] },
  /**
   * One update of flat arrays (N) (Loshchilov and Hutter 2019, algorithm 2): weights, firstMoment, secondMoment → the new three, in
   * place where an engine can. Scalars: scale of the gradient, stepSize and epsilon with the bias corrections in them, keep = 1 −
   * learning rate × weight decay. Attributes beta1, beta2.
   */
  AdamW: {
    inputs: ["weights", "firstMoment", "secondMoment", "gradient", "scale", "stepSize", "epsilon", "keep"],
    shapes: ({ weights }) => [weights!.shape, weights!.shape, weights!.shape],
  },
  /** kept (B, G, T, W), added (B, G, 1, W), at (1), int32 → kept, with added at that place of T; in place where an engine can. */
  Insert: { inputs: ["kept", "added", "at"], shapes: ({ kept }) => [kept!.shape] },
  /** a (…, M, K), b (…, K, N) → scale × a b, with transposes of the last two axes. */
  ScaledMatMul: {
    inputs: ["a", "b"],
    shapes: ({ a, b }, { transposeA, transposeB }) => [
      [...a!.shape.slice(0, -2), a!.shape.at(transposeA ? -1 : -2) as number, b!.shape.at(transposeB ? -2 : -1) as number],
    ],
  },
};
