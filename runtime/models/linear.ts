import { add, concat, matMul, mul, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import type { Tensors } from "#runtime/trace/function.ts";

/**
 * A linear layer, x (N, I) → (N, O): x W, plus the bias if the model has one, plus low-rank updates if `parameters` has them (Hu et al.
 * 2022, equation 3; the scale alpha ÷ rank is the parameter `lora.scale`).
 */
export function linear(parameters: Tensors, name: string, x: Tensor): Tensor {
  const weight = parameters[`${name}.weight`];
  if (!weight) throw new Error(`the model has no parameter ${name}.weight`);
  let y: Tensor = matMul(x as Tensor2D, weight as Tensor2D);
  const low = lowRankUpdate(parameters, `${name}.weight`, x);
  if (low) y = add(y, low);
  const bias = parameters[`${name}.bias`];
  return bias ? add(y, bias) : y;
}

function lowRankUpdate(parameters: Tensors, name: string, x: Tensor): Tensor | undefined {
  const parts: Tensor[] = [];
  for (let part = 0; ; part++) {
    const [a, b] = [parameters[`lora.${name}.${part}.a`], parameters[`lora.${name}.${part}.b`]];
    if (!a || !b) break;
    parts.push(matMul(matMul(x as Tensor2D, a as Tensor2D), b as Tensor2D));
  }
  if (parts.length === 0) return undefined;
  return mul(parts.length === 1 ? (parts[0] as Tensor) : concat(parts, -1), parameters["lora.scale"] as Tensor);
}
