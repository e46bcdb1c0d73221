import type { Cost, FinetuneJob, PretrainJob, ResolvedModel, ResolvedObjective, ResolvedTask } from "#runtime/contract/plan.ts";
import { partSchedule } from "#runtime/objectives/schedule.ts";
import { longestTaskPart } from "#runtime/programs/adaptation.ts";
import { finetuneCost, pretrainCost } from "#runtime/programs/cost.ts";
import { canonical, objectiveContent } from "./fingerprint.ts";

/** What programs cost, from their traces. */
export interface CostModel {
  /** Of a step, averaged over the parts of a mixture as they are scheduled in `steps` steps. */
  pretrain(
    model: ResolvedModel,
    objective: ResolvedObjective,
    batch: number,
    accumulate: number,
    steps: number,
    precision?: PretrainJob["precision"],
  ): Cost;
  finetune(model: ResolvedModel, settings: FinetuneJob["settings"], task: ResolvedTask): Cost;
}

type Traced = [ResolvedModel, ResolvedObjective, batch: number, accumulate: number, precision?: PretrainJob["precision"]];

/** The costs of the real programs. Kept by who compiles a file again and again as it is edited. */
export function tracedCosts(): CostModel {
  return remembering({ pretrain: pretrainCost, finetune: finetuneCost });
}

/**
 * Traces nothing twice: seeds, learning rates and budgets share a program. What the steps of a mixture cost on average is put
 * together from its parts, so that solving for the number of steps traces no more.
 */
export function remembering(costs: CostModel): CostModel {
  const known = new Map<string, Cost>();
  const once = (key: unknown, cost: () => Cost): Cost => {
    const text = canonical(key);
    const found = known.get(text) ?? cost();
    known.set(text, found);
    return found;
  };
  const counted = new WeakMap<ResolvedObjective, Map<number, number[]>>();
  /** Solving for a number of steps asks for its neighbours, and for itself, again and again. */
  const countsOf = (objective: ResolvedObjective, steps: number): number[] => {
    const counts = counted.get(objective) ?? new Map<number, number[]>();
    counted.set(objective, counts);
    const found = counts.get(steps) ?? partSchedule(objective, steps).counts;
    counts.set(steps, found);
    return found;
  };
  const traced = (...[model, objective, batch, accumulate, precision = "float32"]: Traced) =>
    once([model, objectiveContent(objective), batch, accumulate, precision], () =>
      costs.pretrain(model, objective, batch, accumulate, sampleSteps, precision),
    );
  return {
    pretrain(model, objective, batch, accumulate, steps, precision) {
      const whole = traced(model, objective, batch, accumulate, precision);
      if (objective.kind !== "mixture" && objective.kind !== "sequence") return whole;
      const { parts } = partSchedule(objective, 1);
      const counts = countsOf(objective, steps);
      const each = parts.map((part) => traced(model, part.objective, batch, accumulate, precision));
      const average = (values: number[]) => values.reduce((sum, value, index) => sum + value * counts[index]!, 0) / steps;
      return {
        ...whole,
        tokensPerStep: average(each.map(({ tokensPerStep }) => tokensPerStep)),
        flopsPerStep: average(each.map(({ flopsPerStep }) => flopsPerStep)),
      };
    },
    finetune(model, settings, task) {
      const { epochs: _, optimizer: __, ...shapes } = settings;
      return once([model, shapes, longestTaskPart(task, model)], () => costs.finetune(model, settings, task));
    },
  };
}

/** Enough that every part has a step; parameters and memory do not depend on it. */
const sampleSteps = 1000;
