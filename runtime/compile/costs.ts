import type { Cost, FinetuneJob, ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import { canonical, objectiveContent } from "./fingerprint.ts";

/** What programs cost, from their traces. */
export interface CostModel {
  /** Of a step, averaged over the parts of a mixture as they are scheduled in `steps` steps. */
  pretrain(model: ResolvedModel, objective: ResolvedObjective, batch: number, accumulate: number, steps: number): Cost;
  finetune(model: ResolvedModel, settings: FinetuneJob["settings"], labels: number): Cost;
}

/** Traces nothing twice: seeds, learning rates and budgets share a program. */
export function remembering(costs: CostModel): CostModel {
  const known = new Map<string, Cost>();
  const once = (key: unknown, cost: () => Cost): Cost => {
    const text = canonical(key);
    const found = known.get(text) ?? cost();
    known.set(text, found);
    return found;
  };
  return {
    pretrain(model, objective, batch, accumulate, steps) {
      const composed = objective.kind === "mixture" || objective.kind === "sequence";
      return once([model, objectiveContent(objective), batch, accumulate, composed ? steps : null], () =>
        costs.pretrain(model, objective, batch, accumulate, steps),
      );
    },
    finetune(model, settings, labels) {
      const { epochs: _, optimizer: __, ...shapes } = settings;
      return once([model, shapes, labels], () => costs.finetune(model, settings, labels));
    },
  };
}
