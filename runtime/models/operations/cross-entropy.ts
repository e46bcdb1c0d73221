import {
  add,
  div,
  exp,
  gather,
  log,
  logSoftmax,
  matMul,
  max,
  mean,
  mul,
  neg,
  relu,
  reshape,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  unsortedSegmentSum,
} from "@tensorflow/tfjs-core";
import type { TokenLossSettings } from "#runtime/contract/spec.ts";
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
 * Σ weightsᵢ · lossᵢ with one gradient for projection and cross-entropy together. With P the probabilities, Y the one-hot targets and c the
 * weights: dX = c ∘ (P W − Y W), dW = Pᵀ (c ∘ X) − Yᵀ (c ∘ X), db = Pᵀ c − Yᵀ c. Y and P − Y, which would be the largest arrays of a
 * training step, are never computed.
 *
 * With label smoothing ε (Szegedy et al. 2016, section 7) and z-loss ζ (Chowdhery et al. 2022, section 5), and Z the softmax's normaliser:
 * lossᵢ = log Z − (1 − ε) logitₜ − ε mean(logits) + ζ log² Z. P has the factor 1 + 2 ζ log Z in the gradients then, Y the factor 1 − ε, and
 * ε over the size of the vocabulary is subtracted for each entry.
 */
export function projectedCrossEntropy(
  x: Tensor,
  { weight, bias }: Projection,
  targets: Tensor,
  weights: Tensor,
  { labelSmoothing = 0, zLoss = 0 }: TokenLossSettings = {},
): Tensor {
  return differentiable(bias ? [x, weight, bias] : [x, weight], (inputs) => {
    const [x, projection, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { logits, losses, normaliser, probabilities } = likelihood(x, { weight: projection, bias }, targets);
    const smoothed = labelSmoothing > 0 ? evenly(losses, sub(normaliser, mean(logits, -1)), labelSmoothing) : losses;
    return {
      value: sum(mul(zLoss > 0 ? add(smoothed, mul(square(normaliser), zLoss)) : smoothed, weights)),
      saved: [x, projection, probabilities, normaliser],
      gradient(dy, saved) {
        const [x, projection, probabilities, normaliser] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor1D];
        const vocabulary = projection.shape[0];
        const scale = reshape(mul(weights, dy), [-1, 1]);
        const smooth = (of: Tensor, even: () => Tensor) => (labelSmoothing > 0 ? evenly(of, even(), labelSmoothing) : of);
        const pulled = (of: Tensor) => (zLoss > 0 ? mul(of, reshape(add(mul(normaliser, 2 * zLoss), 1), [-1, 1])) : of);
        const target = smooth(gather(projection, targets as Tensor1D), () => mean(projection, 0, true));
        const dx = mul(sub(pulled(matMul(probabilities, projection)), target), scale);
        const rows = (values: Tensor) => {
          const target = smooth(unsortedSegmentSum(values, targets as Tensor1D, vocabulary), () => div(sum(values, 0, true), vocabulary));
          return sub(matMul(probabilities, pulled(values) as Tensor2D, true, false), target);
        };
        return [dx, rows(mul(x, scale)), ...(bias ? [reshape(rows(scale), [vocabulary])] : [])];
      },
    };
  });
}

/** What is at the target and what is everywhere, with the shares of label smoothing. */
function evenly(target: Tensor, everywhere: Tensor, labelSmoothing: number): Tensor {
  return add(mul(target, 1 - labelSmoothing), mul(everywhere, labelSmoothing));
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
function likelihood(
  x: Tensor,
  projection: Projection,
  targets: Tensor,
): Record<"logits" | "losses" | "normaliser" | "probabilities", Tensor> {
  const logits = project(x, projection);
  const [rows, vocabulary] = logits.shape as [number, number];
  const probabilities = softmax(logits);
  const target = gather(reshape(logits, [rows * vocabulary]), add(targets, rowStarts(rows, vocabulary)) as Tensor1D);
  const normaliser = sub(max(logits, -1), log(max(probabilities, -1)));
  return { logits, losses: sub(normaliser, target), normaliser, probabilities };
}

function rowStarts(rows: number, columns: number): Tensor {
  return tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * columns),
    "int32",
  );
}
