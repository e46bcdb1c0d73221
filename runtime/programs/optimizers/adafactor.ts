import { add, div, maximum, mean, mul, reshape, rsqrt, scalar, sqrt, square, sub, type Tensor } from "@tensorflow/tfjs-core";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { type Alone, alone } from "./alone.ts";
import type { Extent, Optimizer, Rule, SpecOf } from "./optimizer.ts";

type Settings = SpecOf<"adafactor">;

/**
 * Shazeer and Stern 2018, algorithms 4 and 5: of a matrix the second moments are kept by row and by column only, and an update whose root
 * mean square is above a threshold is scaled down to it. As Transformers' `Adafactor` computes it, which has weight decay too and takes the
 * first moment of what is subtracted. Matrices that are joined in a weight are factored apart, as if each were a weight of its own.
 */
export const adafactor: Optimizer<Settings> = {
  // β̂₂ₜ = 1 − t^−c (section 7.2)
  scalars: ({ decayRate }, step, learningRate) => ({
    learning_rate: learningRate,
    old_share: 1 - step ** -decayRate,
    new_share: step ** -decayRate,
  }),
  rates: ["learning_rate"],
  ruleOf: () => rule,
};

const rule: Rule<Settings> = {
  elementwise: false,
  keeps,
  update: (spec, before, scalars) => alone(before, keeps(before.parameters[0]!, spec), (one) => step(spec, one, scalars)),
};

function keeps({ shape }: Parameter, { beta1 }: Settings): Record<string, Extent> {
  return {
    ...(shape.length === 1 ? { second_moment: "weights" } : { second_moment_rows: "rows", second_moment_columns: "columns" }),
    ...(beta1 > 0 ? { first_moment: "weights" } : {}),
  };
}

/** One matrix or vector. */
function step(spec: Settings, { weights, kept, gradient, decays }: Alone, scalars: Tensors): Tensors {
  const { beta1, clipThreshold, epsilon1, epsilon2, scaleParameter, weightDecay } = spec;
  const rate = scaleParameter ? mul(scalars.learning_rate!, maximum(rootMeanSquare(weights), epsilon2)) : scalars.learning_rate!;
  const { direction, squares } = preconditioned(gradient, kept, epsilon1, scalars);
  const clipped = div(direction, maximum(div(rootMeanSquare(direction), clipThreshold), 1));
  const change = mul(clipped, rate);
  const first = beta1 > 0 ? add(mul(kept.first_moment!, beta1), mul(change, 1 - beta1)) : undefined;
  const keep = decays && weightDecay > 0 ? sub(1, mul(rate, weightDecay)) : scalar(1);
  return { weights: sub(mul(weights, keep), first ?? change), ...squares, ...(first ? { first_moment: first } : {}) };
}

/** The gradient over the root of its second moments; these are, of a matrix, the product of those by row and by column over their mean. */
function preconditioned(gradient: Tensor, kept: Tensors, epsilon: number, scalars: Tensors): { direction: Tensor; squares: Tensors } {
  const grown = (before: Tensor, now: Tensor) => add(mul(before, scalars.old_share!), mul(now, scalars.new_share!));
  const squared = add(square(gradient), epsilon);
  if (gradient.rank === 1) {
    const second = grown(kept.second_moment!, squared);
    return { direction: mul(gradient, rsqrt(second)), squares: { second_moment: second } };
  }
  const rows = grown(kept.second_moment_rows!, mean(squared, 1));
  const columns = grown(kept.second_moment_columns!, mean(squared, 0));
  const factors = mul(reshape(rsqrt(div(rows, mean(rows))), [-1, 1]), reshape(rsqrt(columns), [1, -1]));
  return { direction: mul(factors, gradient), squares: { second_moment_rows: rows, second_moment_columns: columns } };
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)));
}
