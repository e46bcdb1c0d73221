import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import { tokenLossKeys } from "#runtime/contract/catalogue/token-loss.ts";
import type { PretrainSpec, Spec, TokenLossSettings } from "#runtime/contract/spec.ts";
import { isTextToText } from "#runtime/programs/task-parts.ts";
import { usesOf } from "../cells.ts";
import { type LeafObjectiveSpec, leavesOf } from "../resolve.ts";
import { error, type Rule } from "./rule.ts";

/** Label smoothing and z-loss need an objective that predicts tokens. */
export const tokenLosses: Rule = ({ spec }) =>
  usesOf(spec).flatMap((use) =>
    tokenLossKeys.flatMap((key) => {
      const setting = camelCase(key) as keyof TokenLossSettings;
      // what a cell inherits may be for the others
      if (use.varied.length > 0 && !use.varied.includes(key)) return [];
      if (use.pretrain[setting] === undefined || predictsTokens(spec, use.pretrain)) return [];
      const message = `${key} is about predicted tokens, but ${use.pretrain.objective}, the objective of ${use.label}, predicts none. Leave it out.`;
      return [error("setting-without-effect", use.at(key), message)];
    }),
  );

/** Whether an objective is trained by a loss over the vocabulary; true of one that cannot be used, whose problem is another. */
function predictsTokens(spec: Spec, { objective }: PretrainSpec): boolean {
  return leavesOf(spec, objective)?.some((leaf) => predicts(spec, leaf.objective)) ?? true;
}

function predicts(spec: Spec, objective: LeafObjectiveSpec): boolean {
  if (objective.kind === "contrastive") return false;
  if (objective.kind !== "supervised") return true;
  const task = spec.tasks[objective.task];
  return task === undefined || isTextToText(task);
}
