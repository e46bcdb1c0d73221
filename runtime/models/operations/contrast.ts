import {
  add,
  div,
  exp,
  gather,
  log,
  logSoftmax,
  matMul,
  mul,
  neg,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
} from "@tensorflow/tfjs-core";

/**
 * The contrastive loss: −log of the softmax of cosine similarities ÷ temperature, at the other view of the same text (Gao et al. 2021,
 * equation 1): one view (N, C), the other (N, C) → (N), nats. `present` (N): 1 for a text, 0 for an empty place, which is not compared.
 */
export function contrast(one: Tensor, other: Tensor, present: Tensor, temperature: number): Tensor {
  const count = one.shape[0] as number;
  const similarities = div(matMul(unit(one) as Tensor2D, unit(other) as Tensor2D, false, true), temperature);
  const compared = add(similarities, reshape(mul(sub(present, 1), 1e9), [1, count]));
  const diagonal = tensor1d(
    Int32Array.from({ length: count }, (_, i) => i * count + i),
    "int32",
  );
  return neg(gather(reshape(logSoftmax(compared), [count * count]), diagonal as Tensor1D));
}

/** Normalises rows to length 1; a row of zeros stays zero. */
function unit(x: Tensor): Tensor {
  const length = exp(mul(log(add(sum(mul(x, x), -1, true), 1e-12)), 0.5));
  return div(x, length);
}
