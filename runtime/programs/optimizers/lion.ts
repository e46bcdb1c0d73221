import { add, mul, scalar, sign, sub } from "@tensorflow/tfjs-core";
import type { Optimizer, Rule, SpecOf } from "./optimizer.ts";

/** Chen et al. 2023, algorithm 2: the sign of a mean of gradients, so that every weight moves by the learning rate. */
export const lion: Optimizer<SpecOf<"lion">> = {
  scalars: (_, __, learningRate) => ({ learning_rate: learningRate }),
  rates: ["learning_rate"],
  ruleOf: () => rule,
};

const rule: Rule<SpecOf<"lion">> = {
  elementwise: true,
  keeps: () => ({ first_moment: "weights" }),
  update({ beta1, beta2, weightDecay }, { weights, kept, gradient, scale, decays }, { learning_rate: rate }) {
    const mean = kept.first_moment!;
    const clipped = mul(gradient, scale);
    const keep = decays && weightDecay > 0 ? sub(1, mul(rate!, weightDecay)) : scalar(1);
    const direction = sign(add(mul(mean, beta1), mul(clipped, 1 - beta1)));
    return {
      weights: sub(mul(weights, keep), mul(direction, rate!)),
      first_moment: add(mul(mean, beta2), mul(clipped, 1 - beta2)),
    };
  },
};
