import type { Plan } from "#runtime/contract/plan.ts";
import { type EngineName, refusedPrecision } from "#runtime/engines/engine.ts";
import { defaultEngine } from "#runtime/machine/user-folder.ts";
import { jobsOf, type Loaded } from "./loaded.ts";

/** Says so at its place, and throws, where a plan asks for a precision that the engine does not have. */
export function requirePrecision(loaded: Loaded, plan: Plan, wanted: EngineName | "auto"): void {
  const engine = wanted === "auto" ? defaultEngine() : wanted;
  if (engine === "tensorflow" || jobsOf(plan, "pretrain").every(({ id, precision }) => precision === "float32" || loaded.store.isDone(id)))
    return;
  const [name] = Object.entries(loaded.spec.pretrainings).find(([, { precision }]) => precision === "bfloat16")!;
  loaded.refuse({
    severity: "error",
    code: "precision-needs-tensorflow",
    path: ["pretrainings", name, "precision"],
    message: `${refusedPrecision(engine)}.`,
  });
}
