import type { ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Sequence } from "#runtime/models/forward.ts";
import { isTextObjective, layoutOf } from "#runtime/objectives/table.ts";

/** The model with how it reads what it is given once an objective has trained it: a decoder that learned with a prefix, in both directions. */
export function withReading(model: ResolvedModel, objective: ResolvedObjective): ResolvedModel {
  return model.architecture === "decoder" && learnsPrefix(model, objective) ? { ...model, readsPrefix: true } : model;
}

/**
 * A mixture teaches what any of its parts does, and a sequence what the last does that leaves the weights as they are. A task teaches
 * neither, as it is read in the way that the others set: undefined.
 */
function learnsPrefix(model: ResolvedModel, objective: ResolvedObjective): boolean | undefined {
  switch (objective.kind) {
    case "supervised":
      return undefined;
    case "mixture":
    case "sequence": {
      const parts = objective.parts.map((part) => learnsPrefix(model, part.objective)).filter((taught) => taught !== undefined);
      return objective.kind === "mixture" && parts.length > 0 ? parts.includes(true) : parts.at(-1);
    }
    default:
      return isTextObjective(objective) && layoutOf(objective, model).prefix;
  }
}

/** A text that is all there when the model reads it: the whole of it is a prefix. */
export function given({ readsPrefix }: ResolvedModel, sequence: Sequence): Sequence {
  return readsPrefix ? { ...sequence, prefix: "whole" } : sequence;
}
