import type { OptimizerSpec } from "#runtime/contract/spec.ts";

/**
 * Learning rate of a step, counted from 1. Every step has one above 0. The warm-up is a line that reaches the whole rate at its last
 * step. Behind it the rate follows the schedule, from the whole rate at the first step to the final rate one step after the last: as
 * Transformers' `get_linear_schedule_with_warmup` and its neighbours fall. Their warm-up begins with a rate of 0, ours with its first
 * step's. Adafactor's relative step replaces all that (Shazeer and Stern 2018, section 9).
 */
export function learningRateAt(step: number, steps: number, warmupSteps: number, optimizer: OptimizerSpec): number {
  if (optimizer.kind === "adafactor" && optimizer.relativeStep)
    return Math.min(optimizer.warmupInit ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step));
  const { learningRate, finalLearningRate } = optimizer;
  if (step <= warmupSteps) return learningRate * (step / warmupSteps);
  if (optimizer.schedule === "inverse_sqrt") return Math.max(finalLearningRate, learningRate * inverseRoot(step, warmupSteps));
  const share = remainingShare(step, steps, warmupSteps, optimizer);
  return share === null ? learningRate : finalLearningRate + (learningRate - finalLearningRate) * share;
}

/** Steps at the end in which the learning rate of a schedule with a stable phase decays; 0 for other schedules. */
export function cooldownSteps({ schedule, cooldown = usualCooldown }: OptimizerSpec, steps: number): number {
  if (schedule !== "wsd") return 0;
  return cooldown.unit === "steps" ? cooldown.value : Math.round(cooldown.value * steps);
}

/** Hu et al. 2024, section 4.3: a tenth of the steps suffices. */
const usualCooldown: NonNullable<OptimizerSpec["cooldown"]> = { unit: "share", value: 0.1 };

/** How much of the way from the whole to the final rate is left; null: it has not begun. */
function remainingShare(step: number, steps: number, warmupSteps: number, optimizer: OptimizerSpec): number | null {
  const progress = (step - 1 - warmupSteps) / (steps - warmupSteps);
  switch (optimizer.schedule) {
    case "constant":
    case "inverse_sqrt":
      return null;
    case "linear":
      return 1 - progress;
    case "cosine":
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case "wsd": {
      const begin = Math.max(warmupSteps, steps - cooldownSteps(optimizer, steps));
      if (step <= begin) return null;
      const cooled = (step - 1 - begin) / (steps - begin);
      return 1 - (optimizer.cooldownShape === "sqrt" ? Math.sqrt(cooled) : cooled);
    }
  }
}

/** Vaswani et al. 2017, equation 3, with the whole rate after the warm-up; without one as Transformers' `get_inverse_sqrt_schedule`. */
function inverseRoot(step: number, warmupSteps: number): number {
  const scale = warmupSteps || 10_000;
  return 1 / Math.sqrt((step - 1 - warmupSteps + scale) / scale);
}
