import type { OptimizerSpec } from "#runtime/contract/spec.ts";

/**
 * Learning rate of a step, counted from 1. Every step has one above 0. The warm-up is a line that reaches the whole rate at its last
 * step. Behind it the rate is constant, or falls in a line or along half a cosine (Loshchilov and Hutter 2017, equation 5) from the
 * whole rate at the first step to the final rate one step after the last: as Transformers' `get_linear_schedule_with_warmup` and
 * `get_cosine_schedule_with_warmup` fall. Their warm-up begins with a rate of 0, ours with its first step's.
 * Adafactor's relative step replaces all that (Shazeer and Stern 2018, section 9).
 */
export function learningRateAt(step: number, steps: number, warmupSteps: number, optimizer: OptimizerSpec): number {
  if (optimizer.kind === "adafactor" && optimizer.relativeStep)
    return Math.min(optimizer.warmupInit ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step));
  const { learningRate, finalLearningRate, schedule } = optimizer;
  if (step <= warmupSteps) return learningRate * (step / warmupSteps);
  if (schedule === "constant") return learningRate;
  const progress = (step - 1 - warmupSteps) / (steps - warmupSteps);
  const share = schedule === "linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
  return finalLearningRate + (learningRate - finalLearningRate) * share;
}
