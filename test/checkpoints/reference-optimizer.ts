import { benchOptimizer } from "#runtime/bench/bench-sizes.ts";

/** What the curves of the reference models were made with (`test/reference/make.py`). */
export const referenceOptimizer = { ...benchOptimizer, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };
