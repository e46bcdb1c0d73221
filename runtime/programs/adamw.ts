import { add, div, minimum, mul, scalar, sqrt, square, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { runKernel } from "#runtime/models/operations/kernel.ts";

export interface AdamWState {
  weights: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
}

/** Scalars that change from step to step; made on the host by `adamWScalars`. */
export interface AdamWScalars {
  learningRate: Tensor;
  /** η ÷ (1 − β₁ᵗ) · √(1 − β₂ᵗ) */
  stepSize: Tensor;
  /** ε √(1 − β₂ᵗ) */
  epsilon: Tensor;
}

/**
 * One update of flat arrays (Loshchilov and Hutter 2019, algorithm 2). The bias corrections are moved into two scalars
 * (Kingma and Ba 2015, end of section 2), so that no array needs a pass for them.
 */
export function adamW(
  { beta1, beta2, weightDecay }: OptimizerSpec,
  { weights, firstMoment, secondMoment }: AdamWState,
  gradient: Tensor,
  clipScale: Tensor | undefined,
  { learningRate, stepSize, epsilon }: AdamWScalars,
  decay: boolean,
): AdamWState {
  const scale = clipScale ?? scalar(1);
  const keep = decay && weightDecay > 0 ? sub(1, mul(learningRate, weightDecay)) : scalar(1);
  const inputs = { weights, firstMoment, secondMoment, gradient, scale, stepSize, epsilon, keep };
  const [newWeights, newFirst, newSecond] = runKernel("AdamW", inputs, { beta1, beta2 }) as [Tensor, Tensor, Tensor];
  return { weights: newWeights, firstMoment: newFirst, secondMoment: newSecond };
}

/** Global norm of all gradients, and the factor that brings it down to `clip` (Pascanu et al. 2013, algorithm 1). */
export function clipping(gradients: readonly Tensor[], clip: number | null): { norm: Tensor; scale: Tensor | undefined } {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, next) => add(total, next)));
  return { norm, scale: clip === null ? undefined : minimum(div(clip, add(norm, 1e-6)), 1) };
}

/** `step` counts from 1. */
export function adamWScalars(
  { beta1, beta2, epsilon }: OptimizerSpec,
  step: number,
  learningRate: number,
): { learning_rate: Float32Array; step_size: Float32Array; epsilon: Float32Array } {
  const root = Math.sqrt(1 - beta2 ** step);
  return {
    learning_rate: Float32Array.of(learningRate),
    step_size: Float32Array.of((learningRate / (1 - beta1 ** step)) * root),
    epsilon: Float32Array.of(epsilon * root),
  };
}
