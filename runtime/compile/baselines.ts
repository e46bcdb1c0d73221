import type { Ref, Spec } from "#runtime/contract/spec.ts";
import { cellsOf } from "./cells.ts";

/**
 * What a comparison holds its cells against: what is written, else all there is for tasks, with each checkpoint that cells start
 * from. A name that is not the catalogue's is a model's.
 */
export function baselinesOf(spec: Spec, name: Ref): string[] {
  const { baselines, finetune } = spec.comparisons[name]!;
  if (baselines) return baselines;
  return finetune.length === 0 ? [] : ["scratch", "majority", ...checkpointsIn(spec, name)];
}

/** Models with weights that some cell starts from. */
function checkpointsIn(spec: Spec, name: Ref): Ref[] {
  const models = new Set(cellsOf(spec, name).cells.map(({ pretrain }) => pretrain.model));
  return [...models].filter((model) => spec.models[model]?.checkpoint);
}

/** Of the baselines those that are models. */
export function modelBaselines(spec: Spec, name: Ref): Ref[] {
  return baselinesOf(spec, name).filter((each) => each !== "scratch" && each !== "majority");
}
