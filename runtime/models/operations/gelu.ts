import { add, erf, exp, mul, square, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, runKernel } from "./kernel.ts";

/** x Φ(x), exact (Hendrycks and Gimpel 2016, section 2). */
export function gelu(x: Tensor): Tensor {
  return differentiable([x], ([x]) => ({
    value: runKernel("Gelu", { x: x! })[0] as Tensor,
    saved: [x!],
    gradient(dy, [x]) {
      const cumulative = add(mul(erf(mul(x!, Math.SQRT1_2)), 0.5), 0.5);
      const density = mul(exp(mul(square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [mul(dy, add(cumulative, mul(x!, density)))];
    },
  }));
}
