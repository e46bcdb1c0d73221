import { mul, scalar, sub, type Tensor } from "@tensorflow/tfjs-core";
import { runKernel } from "#runtime/models/operations/kernel.ts";
import type { Optimizer, SpecOf } from "./optimizer.ts";

/**
 * Loshchilov and Hutter 2019, algorithm 2. The bias corrections are moved into two scalars (Kingma and Ba 2015, end of section 2), so
 * that no array needs a pass for them: step_size is η ÷ (1 − β₁ᵗ) · √(1 − β₂ᵗ), epsilon is ε √(1 − β₂ᵗ).
 */
export const adamw: Optimizer<SpecOf<"adamw">> = {
  moments: ["first_moment", "second_moment"],
  scalars({ beta1, beta2, epsilon }, step, learningRate) {
    const root = Math.sqrt(1 - beta2 ** step);
    return { learning_rate: learningRate, step_size: (learningRate / (1 - beta1 ** step)) * root, epsilon: epsilon * root };
  },
  rates: ["learning_rate", "step_size"],
  update({ beta1, beta2, weightDecay }, { weights, moments, gradient, scale, decays }, { learning_rate, step_size, epsilon }) {
    const keep = decays && weightDecay > 0 ? sub(1, mul(learning_rate!, weightDecay)) : scalar(1);
    const [firstMoment, secondMoment] = [moments.first_moment!, moments.second_moment!];
    const inputs = { weights, firstMoment, secondMoment, gradient, scale, stepSize: step_size!, epsilon: epsilon!, keep };
    const [after, first, second] = runKernel("AdamW", inputs, { beta1, beta2 }) as [Tensor, Tensor, Tensor];
    return { weights: after, first_moment: first, second_moment: second };
  },
};
