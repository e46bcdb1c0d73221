import {
  add,
  gather,
  log,
  matMul,
  max,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  unsortedSegmentSum,
} from "@tensorflow/tfjs-core";
import { differentiable } from "./kernel.ts";

/** Negative log-likelihood of targets (N), int32, under softmax(x Wᵀ), x (N, C), W (V, C) → (N), nats. */
export function negativeLogLikelihood(x: Tensor, projection: Tensor, targets: Tensor): Tensor {
  return likelihood(x, projection, targets).losses;
}

/**
 * Σ weightsᵢ · nllᵢ with one gradient for projection and cross-entropy together. With P the probabilities, Y the one-hot
 * targets and c the weights: dX = c ∘ (P W − Y W), dW = Pᵀ (c ∘ X) − Yᵀ (c ∘ X). Y and P − Y, the largest
 * arrays of a training step, are never made.
 */
export function projectedCrossEntropy(x: Tensor, projection: Tensor, targets: Tensor, weights: Tensor): Tensor {
  return differentiable([x, projection], (inputs) => {
    const [x, projection] = inputs as [Tensor, Tensor];
    const { losses, probabilities } = likelihood(x, projection, targets);
    return {
      value: sum(mul(losses, weights)),
      saved: [x, projection, probabilities],
      gradient(dy, saved) {
        const [x, projection, probabilities] = saved as [Tensor2D, Tensor2D, Tensor2D];
        const scale = reshape(mul(weights, dy), [-1, 1]);
        const scaled = mul(x, scale) as Tensor2D;
        const dx = mul(sub(matMul(probabilities, projection), gather(projection, targets as Tensor1D)), scale);
        const hit = unsortedSegmentSum(scaled, targets as Tensor1D, projection.shape[0]);
        return [dx, sub(matMul(probabilities, scaled, true, false), hit)];
      },
    };
  });
}

/**
 * The logarithm of the normaliser is the largest logit minus the logarithm of the largest probability: exact also where a
 * probability underflows, without another pass of exponentials over the (N, V) logits.
 */
function likelihood(x: Tensor, projection: Tensor, targets: Tensor): { losses: Tensor; probabilities: Tensor } {
  const logits = matMul(x as Tensor2D, projection as Tensor2D, false, true);
  const [rows, vocabulary] = logits.shape as [number, number];
  const probabilities = softmax(logits);
  const rowStarts = tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * vocabulary),
    "int32",
  );
  const target = gather(reshape(logits, [rows * vocabulary]), add(targets, rowStarts) as Tensor1D);
  const normaliser = sub(max(logits, -1), log(max(probabilities, -1)));
  return { losses: sub(normaliser, target), probabilities };
}
