import { add, erf, exp, mul, sigmoid, square, sub, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, runKernel } from "./kernel.ts";

/** x Φ(x), exactly (Hendrycks and Gimpel 2016, section 2). */
export function gelu(x: Tensor): Tensor {
  return differentiable([x], ([x]) => ({
    value: runKernel("Gelu", { x: x! })[0] as Tensor,
    saved: [x!],
    gradient(dy, [x]) {
      const y = mul(x!, Math.SQRT1_2);
      const cumulative = add(mul(erf(y), 0.5), 0.5);
      const density = exp(sub(-0.5 * Math.log(2 * Math.PI), square(y)));
      return [mul(dy, add(cumulative, mul(x!, density)))];
    },
  }));
}

/**
 * ½x (1 + tanh √(2/π) (x + 0.044715 x³)), as in GPT-2 (Hendrycks and Gimpel 2016, section 2). Since ½(1 + tanh u) = σ(2u), it is computed
 * as x σ(2u).
 */
export function geluTanh(x: Tensor): Tensor {
  const slope = 2 * Math.sqrt(2 / Math.PI);
  return differentiable([x], ([x]) => {
    const squared = square(x!);
    const gate = sigmoid(mul(mul(x!, slope), add(mul(squared, 0.044715), 1)));
    return {
      value: mul(x!, gate),
      saved: [x!, squared, gate],
      gradient(dy, [x, squared, gate]) {
        const inner = mul(add(mul(squared!, 3 * 0.044715), 1), slope);
        return [mul(dy, mul(gate!, add(mul(mul(x!, inner), sub(1, gate!)), 1)))];
      },
    };
  });
}
