import { mul, scalar, sub, type Tensor } from "@tensorflow/tfjs-core";
import { runKernel } from "#runtime/models/operations/kernel.ts";
import type { Optimizer, Rule, SpecOf } from "./optimizer.ts";

/** The settings of a step of Adam, which other optimisers have too for what is no matrix. */
export type AdamSettings = Pick<SpecOf<"adamw">, "beta1" | "beta2" | "epsilon" | "weightDecay">;

/**
 * Loshchilov and Hutter 2019, algorithm 2. The bias corrections are moved into two scalars (Kingma and Ba 2015, end of section 2), so
 * that no array needs a pass for them: step_size is η ÷ (1 − β₁ᵗ) · √(1 − β₂ᵗ), epsilon is ε √(1 − β₂ᵗ).
 */
export const adamw = {
  scalars({ beta1, beta2, epsilon }: AdamSettings, step, learningRate) {
    const root = Math.sqrt(1 - beta2 ** step);
    return { learning_rate: learningRate, step_size: (learningRate / (1 - beta1 ** step)) * root, epsilon: epsilon * root };
  },
  rates: ["learning_rate", "step_size"],
  ruleOf: () => adamwRule,
} satisfies Optimizer<SpecOf<"adamw">>;

export const adamwRule: Rule<AdamSettings> = {
  elementwise: true,
  keeps: () => ({ first_moment: "weights", second_moment: "weights" }),
  update({ beta1, beta2, weightDecay }, { weights, kept, gradient, scale, decays }, { learning_rate, step_size, epsilon }) {
    const keep = decays && weightDecay > 0 ? sub(1, mul(learning_rate!, weightDecay)) : scalar(1);
    const [firstMoment, secondMoment] = [kept.first_moment!, kept.second_moment!];
    const inputs = { weights, firstMoment, secondMoment, gradient, scale, stepSize: step_size!, epsilon: epsilon!, keep };
    const [after, first, second] = runKernel("AdamW", inputs, { beta1, beta2 }) as [Tensor, Tensor, Tensor];
    return { weights: after, first_moment: first, second_moment: second };
  },
};
