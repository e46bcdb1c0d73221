import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { adafactor } from "./adafactor.ts";
import { adamw } from "./adamw.ts";
import { lion } from "./lion.ts";
import { muon } from "./muon.ts";
import type { Optimizer, SpecOf } from "./optimizer.ts";

const optimizers: { readonly [K in OptimizerSpec["kind"]]: Optimizer<SpecOf<K>> } = { adamw, lion, adafactor, muon };

export function optimizerOf({ kind }: Pick<OptimizerSpec, "kind">): Optimizer {
  return optimizers[kind] as Optimizer<never> as Optimizer;
}
