import type { Cost, ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Budget, OptimizerSpec } from "#runtime/contract/spec.ts";
import { partSchedule } from "#runtime/objectives/schedule.ts";
import { isTextObjective, layoutOf } from "#runtime/objectives/table.ts";

/** A pre-training as far as its cost goes. */
export interface Spender {
  model: ResolvedModel;
  objective: ResolvedObjective;
  batch: number;
  /** Of a step, averaged over so many steps. */
  costOver(steps: number): Cost;
  /** Tokens of the encoded training split. */
  corpusTokens: number;
}

/** Whole steps, at least 1, that come nearest to a budget. */
export function stepsOf(budget: Budget, spender: Spender): number {
  switch (budget.unit) {
    case "steps":
      return Math.max(1, Math.round(budget.value));
    case "tokens":
      return nearestSteps(budget.value, (steps) => spender.costOver(steps).tokensPerStep);
    case "flops":
      return nearestSteps(budget.value, (steps) => spender.costOver(steps).flopsPerStep);
    case "epochs":
      return nearestSteps(budget.value * spender.corpusTokens, (steps) => corpusTokensPerStep(spender, steps));
  }
}

/** Whole steps, at least 1, with which a cell spends what `reference` spends in `referenceSteps`. */
export function matchedSteps(match: "steps" | "tokens" | "flops", reference: Spender, referenceSteps: number, cell: Spender): number {
  const cost = reference.costOver(referenceSteps);
  switch (match) {
    case "steps":
      return referenceSteps;
    case "tokens":
      return nearestSteps(cost.tokensPerStep * referenceSteps, (steps) => cell.costOver(steps).tokensPerStep);
    case "flops":
      return nearestSteps(cost.flopsPerStep * referenceSteps, (steps) => cell.costOver(steps).flopsPerStep);
  }
}

export function warmupSteps({ warmup }: OptimizerSpec, steps: number): number {
  return warmup.unit === "steps" ? warmup.value : Math.round(warmup.value * steps);
}

/** No run of this runtime is longer: a budget above it is a mistake in a unit. */
export const mostSteps = 1e7;

/**
 * The whole number of steps, at least 1, whose total is nearest to the target; of two equally near, the smaller; infinity
 * beyond `mostSteps`. What a step takes can depend on the number of steps (a mixture's shares become whole steps), so the
 * quotient is iterated and its neighbours are tried.
 */
export function nearestSteps(target: number, perStep: (steps: number) => number): number {
  const off = (steps: number) => Math.abs(steps * perStep(steps) - target);
  const tried = new Set<number>();
  let steps = 1000;
  while (!tried.has(steps)) {
    tried.add(steps);
    const rate = perStep(steps);
    // In few steps a small share of a mixture may have none.
    steps = rate > 0 ? Math.max(1, Math.round(target / rate)) : steps * 10;
    if (steps > mostSteps) return Number.POSITIVE_INFINITY;
  }
  while (steps > 1 && off(steps - 1) <= off(steps)) steps--;
  while (off(steps + 1) < off(steps)) steps++;
  return steps;
}

/** A step on raw text reads `batch` windows that start `stride` corpus tokens apart; a step on a task reads none. */
export function corpusTokensPerStep({ model, objective, batch }: Pick<Spender, "model" | "objective" | "batch">, steps: number): number {
  const tokensOf = (part: ResolvedObjective) => (isTextObjective(part) ? batch * layoutOf(part, model).stride : 0);
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return tokensOf(objective);
  const { parts, counts } = partSchedule(objective, steps);
  const tokens = parts.map((part) => tokensOf(part.objective));
  return tokens.reduce((sum, each, index) => sum + each * counts[index]!, 0) / steps;
}
