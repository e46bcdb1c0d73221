import { add, mul, scalar, sign, sub } from "@tensorflow/tfjs-core";
import type { Optimizer, SpecOf } from "./optimizer.ts";

/** Chen et al. 2023, algorithm 2: the sign of a mean of gradients, so that every weight moves by the learning rate. */
export const lion: Optimizer<SpecOf<"lion">> = {
  moments: ["first_moment"],
  scalars: (_, __, learningRate) => ({ learning_rate: learningRate }),
  rates: ["learning_rate"],
  update({ beta1, beta2, weightDecay }, { weights, moments, gradient, scale, decays }, { learning_rate: rate }) {
    const mean = moments.first_moment!;
    const clipped = mul(gradient, scale);
    const keep = decays && weightDecay > 0 ? sub(1, mul(rate!, weightDecay)) : scalar(1);
    const direction = sign(add(mul(mean, beta1), mul(clipped, 1 - beta1)));
    return {
      weights: sub(mul(weights, keep), mul(direction, rate!)),
      first_moment: add(mul(mean, beta2), mul(clipped, 1 - beta2)),
    };
  },
};
