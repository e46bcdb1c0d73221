import type { Problem } from "#runtime/contract/problem.ts";
import type { ObjectiveSpec } from "#runtime/contract/spec.ts";
import { addUpToOne, error, percent, type Rule } from "./rule.ts";

/** Percentages that are parts of one whole add up to it. */
export const objectives: Rule = ({ spec }) => Object.entries(spec.objectives).flatMap(([name, objective]) => shares(name, objective));

function shares(name: string, objective: ObjectiveSpec): Problem[] {
  if (objective.kind === "masked") {
    const { mask, random, keep } = objective;
    if (addUpToOne([mask, random, keep])) return [];
    return [
      error(
        "shares-do-not-add-up",
        ["objectives", name, "mask"],
        `mask, random and keep say what becomes of the predicted tokens and must add up to 100%; ${percent(mask)}, ${percent(random)} and ${percent(keep)} make ${percent(mask + random + keep)}.`,
      ),
    ];
  }
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [];
  if (objective.parts.length === 0) {
    return [
      error(
        "empty-mixture",
        ["objectives", name],
        `A ${objective.kind} needs parts. Write, for example, ${objective.kind} { 50%: causal, 50%: prefix }.`,
      ),
    ];
  }
  const weights = objective.parts.map((part) => part.weight);
  const idle = weights.findIndex((weight) => weight <= 0);
  if (idle >= 0) {
    return [
      error(
        "share-of-nothing",
        ["objectives", name, idle],
        `${objective.parts[idle]?.objective} has a share of ${percent(weights[idle] ?? 0)} and would never be trained on. Give it more, or leave it out.`,
      ),
    ];
  }
  if (addUpToOne(weights)) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [
    error(
      "shares-do-not-add-up",
      ["objectives", name],
      `The shares of a ${objective.kind} must add up to 100%; ${weights.map(percent).join(" + ")} make ${percent(total)}.`,
    ),
  ];
}
