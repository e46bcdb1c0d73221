import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { listed } from "#runtime/contract/listed.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { ObjectiveSpec, Ref, Spec, TaskKind } from "#runtime/contract/spec.ts";
import { isTextToText } from "#runtime/programs/task-parts.ts";
import { addUpToOne, error, percent, type Rule, settingOf } from "./rule.ts";

/** Shares of a whole must add up to it. */
export const objectiveRules: Rule = ({ spec }) =>
  Object.entries(spec.objectives).flatMap(([name, objective]) => [
    ...shares(name, objective),
    ...sharedWhole(name, objective),
    ...oneOfSome(name, objective),
    ...freshOptimizers(spec, name, objective),
    ...tasksAsObjectives(spec, name, objective),
  ]);

const byHead: readonly TaskKind[] = ["classification", "pair_classification", "regression"];

/** A task can be an objective if its examples can be packed with others: texts that become one vector each, and text-to-text tasks. */
function tasksAsObjectives(spec: Spec, name: Ref, objective: ObjectiveSpec): Problem[] {
  const task = objective.kind === "supervised" ? spec.tasks[objective.task] : undefined;
  if (objective.kind !== "supervised" || !task || byHead.includes(task.kind) || isTextToText(task)) return [];
  const remedy = task.train === null ? "Score models on it with finetune." : `Write as: text in it, or fine-tune on it instead.`;
  return [
    error(
      "task-is-no-objective",
      ["objectives", name],
      `${objective.task} is a task of ${task.kind}, which cannot be an objective with a head; tasks of ${listed(byHead)} can, as can text-to-text tasks. ${remedy}`,
    ),
  ];
}

/** Shares of a whole, which must add up to 100%, or to at most 100%. */
function sharedWhole(name: string, objective: ObjectiveSpec): Problem[] {
  const { shares } = optionOf("objective", objective.kind)!;
  if (!shares) return [];
  const given = shares.keys.map((key) => settingOf(objective, key) as number);
  const total = given.reduce((sum, share) => sum + share, 0);
  if (shares.of === "all" ? addUpToOne(given) : total <= 1 + 1e-6) return [];
  const bound = shares.of === "all" ? "must add up to 100%" : "must add up to at most 100%";
  const message = `${listed(shares.keys)} ${shares.told} and ${bound}; ${listed(given.map(percent))} make ${percent(total)}.`;
  return [error(shares.code, ["objectives", name, shares.keys[0]!], message)];
}

/** At least one of some settings must have an effect. */
function oneOfSome(name: string, objective: ObjectiveSpec): Problem[] {
  const { oneOf, keys } = optionOf("objective", objective.kind)!;
  if (!oneOf || oneOf.keys.some((key) => settingOf(objective, key))) return [];
  const [shares, others] = [true, false].map((isShare) =>
    oneOf.keys.filter((key) => (keys.find(({ name }) => name === key)!.value.type === "share") === isShare),
  ) as [string[], string[]];
  const remedy = `Give ${listed(shares, "or")} a share, or set ${listed(others, "or")}.`;
  return [error(oneOf.code, ["objectives", name, oneOf.keys[0]!], `${name} ${oneOf.otherwise}. ${remedy}`)];
}

function shares(name: string, objective: ObjectiveSpec): Problem[] {
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
        `${objective.parts[idle]?.objective} has a share of ${percent(weights[idle] ?? 0)} and would never be trained. Give it more, or omit it.`,
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

/** Resetting the optimiser needs consecutive steps, but the steps of a mixture's parts are interleaved. */
function freshOptimizers(spec: Spec, name: string, objective: ObjectiveSpec): Problem[] {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [];
  return objective.parts.flatMap((part, index) => {
    const inside = resetting(spec, part.objective, [name]);
    if (!inside) return [];
    return [
      error(
        "reset-inside",
        ["objectives", name, index],
        `${inside} has reset_optimizer: true, which only an outermost sequence can have, but it is a part of ${name}. Set it only in ${name}, or omit it.`,
      ),
    ];
  });
}

/** The sequence that resets the optimiser at or below an objective. */
function resetting(spec: Spec, ref: Ref, above: readonly Ref[]): Ref | undefined {
  const objective = spec.objectives[ref];
  if (!objective || above.includes(ref) || (objective.kind !== "mixture" && objective.kind !== "sequence")) return undefined;
  if (objective.kind === "sequence" && objective.resetOptimizer) return ref;
  return objective.parts.map((part) => resetting(spec, part.objective, [...above, ref])).find((found) => found !== undefined);
}
