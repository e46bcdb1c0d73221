import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { Cost, ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Budget, OptimizerSpec } from "#runtime/contract/spec.ts";
import { expectedSequence, lengthsNear } from "#runtime/objectives/expected-sequence.ts";
import { isTextObjective, layoutOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { partCounts, partSchedule } from "#runtime/objectives/part-schedule.ts";

/** The properties of a pre-training that determine its cost. */
export interface Spender {
  model: ResolvedModel;
  objective: ResolvedObjective;
  batch: number;
  /** Cost of a step, averaged over this number of steps. */
  costOver(steps: number): Cost;
  /** Tokens of the encoded training split. */
  corpusTokens: number;
  /** Lengths in tokens of a sample of its documents; absent before they are counted. */
  documentTokens?: readonly number[];
}

/** The counted lengths of documents; results of earlier versions have only their average. Empty before they are counted. */
export function documentTokensOf(train: EncodeResult["splits"]["train"] | undefined): Pick<Spender, "documentTokens"> {
  if (!train || train.documents === 0) return {};
  return { documentTokens: train.lengths ?? lengthsNear(train.tokens / train.documents) };
}

/** The whole number of steps, at least 1, that is nearest to a budget. */
export function stepsFor(budget: Budget, spender: Spender): number {
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

/** The whole number of steps, at least 1, in which a cell spends as much as `reference` spends in `referenceSteps`. */
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

/** Maximum number of steps of a run. A larger budget is most probably a wrong unit. */
export const maxSteps = 1e7;

/**
 * The whole number of steps, at least 1, whose total is nearest to the target, and the smaller of two equally near ones; infinity beyond
 * `maxSteps`. The cost of a step can depend on the number of steps (a mixture's shares become whole steps), so the quotient is iterated
 * and its neighbours are tried.
 */
export function nearestSteps(target: number, perStep: (steps: number) => number): number {
  const off = (steps: number) => Math.abs(steps * perStep(steps) - target);
  const tried = new Set<number>();
  let steps = 1000;
  while (!tried.has(steps)) {
    tried.add(steps);
    const rate = perStep(steps);
    // with few steps, a small share of a mixture may have none
    steps = rate > 0 ? Math.max(1, Math.round(target / rate)) : steps * 10;
    if (steps > maxSteps) return Number.POSITIVE_INFINITY;
  }
  while (steps > 1 && off(steps - 1) <= off(steps)) steps--;
  while (off(steps + 1) < off(steps)) steps++;
  return steps;
}

/** Tokens of the corpus that a step reads, given how much of its windows a sequence has room for; a step on a task reads none. */
export function corpusTokensPerStep(spender: Counted, steps: number): number {
  return averageOver(spender, steps, (part) => expectedSequence(part, spender.model, spender.documentTokens).stride);
}

/** The cost of a step, with the number of positions that it reads if short documents leave it fewer. */
export function withPositionsRead(cost: Cost, spender: Counted, steps: number): Cost {
  const unread = averageOver(spender, steps, (part) => {
    const { model, documentTokens } = spender;
    return layoutOf(part, model).tokens - expectedSequence(part, model, documentTokens).tokens;
  });
  return unread === 0 ? cost : { ...cost, tokensPerStep: cost.tokensPerStep - unread };
}

type Counted = Pick<Spender, "model" | "objective" | "batch" | "documentTokens">;

/** The average of a quantity of text objectives over the sequences of a step. */
function averageOver({ objective, batch }: Counted, steps: number, of: (part: TextObjectiveSettings) => number): number {
  const each = (part: ResolvedObjective) => (isTextObjective(part) ? batch * of(part) : 0);
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return each(objective);
  const values = partSchedule(objective, 1).parts.map((part) => each(part.objective));
  const counts = partCounts(objective, steps);
  return values.reduce((sum, value, index) => sum + value * counts[index]!, 0) / steps;
}
