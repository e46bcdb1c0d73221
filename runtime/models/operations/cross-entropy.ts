import {
  add,
  exp,
  gather,
  log,
  logSoftmax,
  matMul,
  max,
  mul,
  neg,
  relu,
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

/** A projection of hidden states to logits: x (N, C) → x Wᵀ + b (N, V). */
export interface Projection {
  /** W (V, C) */
  weight: Tensor;
  /** b (V) */
  bias: Tensor | undefined;
}

/** x (N, C) → logits (N, V) */
export function project(x: Tensor, { weight, bias }: Projection): Tensor {
  const logits = matMul(x as Tensor2D, weight as Tensor2D, false, true);
  return bias ? add(logits, bias) : logits;
}

/** Negative log-likelihood of targets (N), int32, under softmax(x Wᵀ + b), x (N, C) → (N), nats. */
export function negativeLogLikelihood(x: Tensor, projection: Projection, targets: Tensor): Tensor {
  return likelihood(x, projection, targets).losses;
}

/**
 * Σ weightsᵢ · nllᵢ with one gradient for projection and cross-entropy together. With P the probabilities, Y the one-hot targets and c the
 * weights: dX = c ∘ (P W − Y W), dW = Pᵀ (c ∘ X) − Yᵀ (c ∘ X), db = Pᵀ c − Yᵀ c. Y and P − Y, which would be the largest arrays of a
 * training step, are never computed.
 */
export function projectedCrossEntropy(x: Tensor, { weight, bias }: Projection, targets: Tensor, weights: Tensor): Tensor {
  return differentiable(bias ? [x, weight, bias] : [x, weight], (inputs) => {
    const [x, projection, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { losses, probabilities } = likelihood(x, { weight: projection, bias }, targets);
    return {
      value: sum(mul(losses, weights)),
      saved: [x, projection, probabilities],
      gradient(dy, saved) {
        const [x, projection, probabilities] = saved as [Tensor2D, Tensor2D, Tensor2D];
        const vocabulary = projection.shape[0];
        const scale = reshape(mul(weights, dy), [-1, 1]);
        const scaled = mul(x, scale) as Tensor2D;
        const dx = mul(sub(matMul(probabilities, projection), gather(projection, targets as Tensor1D)), scale);
        const rows = (values: Tensor) =>
          sub(matMul(probabilities, values as Tensor2D, true, false), unsortedSegmentSum(values, targets as Tensor1D, vocabulary));
        return [dx, rows(scaled), ...(bias ? [reshape(rows(scale), [vocabulary])] : [])];
      },
    };
  });
}

/** Σ weightsᵢ · nllᵢ of targets (N), int32, under softmax(logits), logits (N, V). For few classes: see `projectedCrossEntropy`. */
export function crossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  return sum(mul(classLosses(logits, targets), weights));
}

/** nllᵢ of targets (N), int32, under softmax(logits), logits (N, V) → (N), nats. */
export function classLosses(logits: Tensor, targets: Tensor): Tensor {
  const [rows, classes] = logits.shape as [number, number];
  return neg(gather(reshape(logSoftmax(logits), [rows * classes]), add(targets, rowStarts(rows, classes)) as Tensor1D));
}

/** Σ weightsᵢ · binary cross-entropy of labels (N), 0 or 1, under σ(logits), logits (N): log(1 + e⁻ˣ) + (1 − y) x, without overflow. */
export function binaryCrossEntropy(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  return sum(mul(binaryLosses(logits, labels), weights));
}

/** Binary cross-entropy of each label (N), 0 or 1, under σ(logits), logits (N) → (N), nats. */
export function binaryLosses(logits: Tensor, labels: Tensor): Tensor {
  const magnitude = add(relu(logits), relu(neg(logits)));
  return add(sub(relu(logits), mul(logits, labels)), log(add(exp(neg(magnitude)), 1)));
}

/**
 * The logarithm of the normaliser, computed as the largest logit minus the logarithm of the largest probability. It is exact even if a
 * probability underflows, and needs no other pass of exponentials over the logits (N, V).
 */
function likelihood(x: Tensor, projection: Projection, targets: Tensor): { losses: Tensor; probabilities: Tensor } {
  const logits = project(x, projection);
  const [rows, vocabulary] = logits.shape as [number, number];
  const probabilities = softmax(logits);
  const target = gather(reshape(logits, [rows * vocabulary]), add(targets, rowStarts(rows, vocabulary)) as Tensor1D);
  const normaliser = sub(max(logits, -1), log(max(probabilities, -1)));
  return { losses: sub(normaliser, target), probabilities };
}

function rowStarts(rows: number, columns: number): Tensor {
  return tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * columns),
    "int32",
  );
}
