import type { Cost, FinetuneJob, ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import { partCounts } from "#runtime/objectives/schedule.ts";
import { averageCost, finetuneCost, type PretrainingCost, type PretrainingSize, pretrainingCost } from "#runtime/programs/cost.ts";
import { longestTaskPart } from "#runtime/programs/task-parts.ts";
import { canonical, objectiveContent } from "./fingerprint.ts";

/** What programs cost, from their traces. */
export interface CostModel {
  /** Of a step, averaged over the parts of a mixture as they are scheduled in `steps` steps. */
  pretrain(size: PretrainingSize, steps: number): Cost;
  finetune(model: ResolvedModel, settings: FinetuneJob["settings"], task: TrainedTask): Cost;
}

/** What is traced for a cost model. */
export interface Traces {
  pretrain(size: PretrainingSize): PretrainingCost;
  finetune: CostModel["finetune"];
}

/** The costs of the real programs. Kept by who compiles a file again and again as it is edited. */
export function tracedCosts(): CostModel {
  return remembering({ pretrain: pretrainingCost, finetune: finetuneCost });
}

/**
 * Traces nothing twice: seeds, learning rates and budgets share a program. What the steps of a mixture cost on average is put
 * together from its parts, so that solving for the number of steps traces no more.
 */
export function remembering(traces: Traces): CostModel {
  const pretrainings = remembered<PretrainingCost>();
  const finetunings = remembered<Cost>();
  return {
    pretrain(size, steps) {
      const { objective, optimizer, precision = "float32", ...others } = size;
      const key = { ...others, objective: objectiveContent(objective), optimizer: optimizer.kind, precision };
      const cost = pretrainings(key, () => traces.pretrain(size));
      return averageCost(cost, partCounts(objective, steps));
    },
    finetune(model, settings, task) {
      const { epochs: _, optimizer, ...shapes } = settings;
      return finetunings([model, { ...shapes, optimizer: optimizer.kind }, longestTaskPart(task, model)], () =>
        traces.finetune(model, settings, task),
      );
    },
  };
}

function remembered<T>(): (key: unknown, make: () => T) => T {
  const known = new Map<string, T>();
  return (key, make) => {
    const text = canonical(key);
    const found = known.get(text) ?? make();
    known.set(text, found);
    return found;
  };
}
