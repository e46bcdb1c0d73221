import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Attributes } from "./graph.ts";

/**
 * Custom kernels. Each replaces a chain of operations that would dominate a step and that engines have as one fused operation. Its shapes
 * are here, a plain implementation is in `engines/cpu/cpu-kernels.ts`, and each graph engine has a lowering.
 */
export const customKernels: Record<
  string,
  { inputs: readonly string[]; shapes(inputs: Record<string, TensorInfo>, attributes: Attributes): (readonly number[])[] }
> = {
  /**
   * x (…, C), scale (C), bias (C)? → normalised and scaled (…, C), mean (…, 1), 1/σ (…, 1). Attribute epsilon. Ba et al. 2016, equation 4.
   */
  LayerNorm: {
    inputs: ["x", "scale", "bias"],
    shapes: ({ x }) => [x!.shape, [...x!.shape.slice(0, -1), 1], [...x!.shape.slice(0, -1), 1]],
  },
  /** x → x Φ(x), exactly. Hendrycks and Gimpel 2016, section 2. */
  Gelu: { inputs: ["x"], shapes: ({ x }) => [x!.shape] },
  /**
   * An update of flat arrays (N) (Loshchilov and Hutter 2019, algorithm 2): weights, firstMoment, secondMoment → their new values, in place
   * if the engine supports it. Scalars: scale of the gradient; stepSize and epsilon, including the bias corrections; keep = 1 − learning
   * rate × weight decay. Attributes beta1, beta2.
   */
  AdamW: {
    inputs: ["weights", "firstMoment", "secondMoment", "gradient", "scale", "stepSize", "epsilon", "keep"],
    shapes: ({ weights }) => [weights!.shape, weights!.shape, weights!.shape],
  },
  /** kept (B, G, T, W), added (B, G, 1, W), at (1), int32 → kept with added at position `at` of T; in place if the engine supports it. */
  Insert: { inputs: ["kept", "added", "at"], shapes: ({ kept }) => [kept!.shape] },
  /** a (…, M, K), b (…, K, N) → scale × a b, with optional transposes of the last two axes. */
  ScaledMatMul: {
    inputs: ["a", "b"],
    shapes: ({ a, b }, { transposeA, transposeB }) => [
      [...a!.shape.slice(0, -2), a!.shape.at(transposeA ? -1 : -2) as number, b!.shape.at(transposeB ? -2 : -1) as number],
    ],
  },
};
