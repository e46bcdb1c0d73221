import { type EngineChoice, enginesWith, refusedPrecision } from "#runtime/contract/catalogue/engines.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { requestedEngine } from "#runtime/machine/installed-engines.ts";
import type { Loaded } from "./loaded.ts";

/** Reports a problem with its place and throws if a plan needs a precision that the engine does not have. */
export function requirePlannedPrecision(loaded: Loaded, plan: Plan, requested: EngineChoice): void {
  const engine = requestedEngine(requested);
  const refused = jobsOf(plan, "pretrain").find(
    ({ id, precision }) => !enginesWith(precision).includes(engine) && !loaded.store.isDone(id),
  );
  if (!refused) return;
  const { precision } = refused;
  const [name] = Object.entries(loaded.spec.pretrainings).find(([, each]) => each.precision === precision)!;
  loaded.refuse({
    severity: "error",
    code: "precision-needs-engine",
    path: ["pretrainings", name, "precision"],
    message: `${refusedPrecision(precision, engine)}.`,
  });
}
