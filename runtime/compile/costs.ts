import type { Cost, FinetuneJob, ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { partCounts } from "#runtime/objectives/part-schedule.ts";
import { longestTaskPart } from "#runtime/programs/task-parts.ts";
import { averageCost, finetuneCost, type PretrainingCost, type PretrainingSize, pretrainingCost } from "#runtime/programs/training-cost.ts";
import { canonical, objectiveContent } from "./fingerprint.ts";

/** The costs of programs, from their traces. */
export interface CostModel {
  /** Cost of a pre-training step, averaged over the parts of a mixture as they are scheduled in `steps` steps. */
  pretrain(size: PretrainingSize, steps: number): Cost;
  finetune(model: ResolvedModel, settings: FinetuneJob["settings"], task: TrainedTask): Cost;
}

/** The traces that a cost model needs. */
export interface Traces {
  pretrain(size: PretrainingSize): PretrainingCost;
  finetune: CostModel["finetune"];
}

/** A cost model of the real programs. Callers that compile a file repeatedly while it is edited keep it. */
export function tracedCosts(): CostModel {
  return remembering({ pretrain: pretrainingCost, finetune: finetuneCost });
}

/**
 * A cost model that traces no program twice: seeds, learning rates and budgets share a program. The average cost of the steps of a mixture
 * is computed from its parts, so that solving for the number of steps needs no further trace.
 */
export function remembering(traces: Traces): CostModel {
  const pretrainings = remembered<PretrainingCost>();
  const finetunings = remembered<Cost>();
  return {
    pretrain(size, steps) {
      const { objective, optimizer, precision = "float32", ...others } = size;
      const key = { ...others, objective: objectiveContent(objective), optimizer: optimizerKey(optimizer), precision };
      const cost = pretrainings(key, () => traces.pretrain(size));
      return averageCost(cost, partCounts(objective, steps));
    },
    finetune(model, settings, task) {
      const { epochs: _, optimizer, ...shapes } = settings;
      return finetunings([model, { ...shapes, optimizer: optimizerKey(optimizer) }, longestTaskPart(task, model)], () =>
        traces.finetune(model, settings, task),
      );
    },
  };
}

/** What decides about the cost of an update. */
function optimizerKey(optimizer: OptimizerSpec) {
  return { kind: optimizer.kind, keepsFirst: optimizer.beta1 > 0 };
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
