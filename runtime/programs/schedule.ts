import type { OptimizerSpec } from "../contract/spec.ts";

/**
 * Learning rate of a step, counted from 1: a line from 0 over the warm-up, then constant, a line, or half a cosine
 * (Loshchilov and Hutter 2017, equation 5) down to the final rate at the last step.
 */
export function learningRateAt(step: number, steps: number, warmupSteps: number, optimizer: OptimizerSpec): number {
  const { learningRate, finalLearningRate, schedule } = optimizer;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  const share = schedule === "linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
  return finalLearningRate + (learningRate - finalLearningRate) * share;
}
