import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { cellsOf } from "./cells.ts";

/**
 * The baselines of a comparison: those that are written, or else all that exist for tasks, including each checkpoint that cells start
 * from. A name that is not in the catalogue is the name of a model.
 */
export function baselinesOf(spec: Spec, name: Ref): string[] {
  const { baselines, finetune } = spec.comparisons[name]!;
  if (baselines) return baselines;
  return finetune.length === 0 ? [] : ["scratch", "majority", ...checkpointsIn(spec, name)];
}

/** Names of models with weights that some cell starts from. */
function checkpointsIn(spec: Spec, name: Ref): Ref[] {
  const models = new Set(cellsOf(spec, name).cells.map(({ pretrain }) => pretrain.model));
  return [...models].filter((model) => spec.models[model]?.checkpoint);
}

/** The baselines that are models. */
export function modelBaselines(spec: Spec, name: Ref): Ref[] {
  return baselinesOf(spec, name).filter((each) => each !== "scratch" && each !== "majority");
}
