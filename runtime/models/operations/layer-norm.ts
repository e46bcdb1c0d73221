import { add, mean, mul, rsqrt, square, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, runKernel } from "./kernel.ts";

const usualEpsilon = 1e-5;

/**
 * Layer normalisation over the last axis (Ba et al. 2016, equation 4) of x (N, C), with scale (C) and, if the model has biases, bias (C).
 */
export function layerNorm(x: Tensor, scale: Tensor, bias: Tensor | undefined, epsilon = usualEpsilon): Tensor {
  return differentiable(bias ? [x, scale, bias] : [x, scale], (inputs) => {
    const [x, scale, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const [y, mu, inverse] = runKernel("LayerNorm", bias ? { x, scale, bias } : { x, scale }, { epsilon }) as [Tensor, Tensor, Tensor];
    return {
      value: y,
      saved: [x, scale, mu, inverse],
      gradient(dy, saved) {
        const [x, scale, mu, inverse] = saved as [Tensor, Tensor, Tensor, Tensor];
        const normalised = mul(sub(x, mu), inverse);
        const dn = mul(dy, scale);
        const projected = mul(normalised, mean(mul(dn, normalised), -1, true));
        const dx = mul(sub(sub(dn, mean(dn, -1, true)), projected), inverse);
        return [dx, sum(mul(dy, normalised), 0), ...(bias ? [sum(dy, 0)] : [])];
      },
    };
  });
}

/** Root mean square normalisation over the last axis (Zhang and Sennrich 2019, equation 4) of x (N, C) with scale (C). */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon = usualEpsilon): Tensor {
  return differentiable([x, scale], (inputs) => {
    const [x, scale] = inputs as [Tensor, Tensor];
    const inverse = rsqrt(add(mean(square(x), -1, true), epsilon));
    const normalised = mul(x, inverse);
    return {
      value: mul(normalised, scale),
      saved: [normalised, inverse, scale],
      gradient(dy, saved) {
        const [normalised, inverse, scale] = saved as [Tensor, Tensor, Tensor];
        const dn = mul(dy, scale);
        const projected = mul(normalised, mean(mul(dn, normalised), -1, true));
        return [mul(sub(dn, projected), inverse), sum(mul(dy, normalised), 0)];
      },
    };
  });
}
