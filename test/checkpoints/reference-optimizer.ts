import type { OptimizerSpec } from "#runtime/contract/spec.ts";

/** What the curves of the reference models were made with (`test/reference/make.py`). */
export const referenceOptimizer: OptimizerSpec = {
  kind: "adamw",
  learningRate: 1e-3,
  finalLearningRate: 0,
  warmup: { unit: "steps", value: 0 },
  schedule: "constant",
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clip: 1,
};
