import type { ResolvedModel, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Visibility } from "#runtime/contract/spec.ts";
import { isTextObjective, layoutOf } from "#runtime/objectives/objective-table.ts";
import type { LeafObjective } from "#runtime/objectives/part-schedule.ts";
import { isTextToText } from "./task-parts.ts";

/**
 * The model with how it reads what it is given once an objective has trained it: a decoder that learned with a prefix or with the
 * whole text, in both directions.
 */
export function withReading(model: ResolvedModel, objective: ResolvedObjective): ResolvedModel {
  const taught = (leaf: LeafObjective) => {
    const visibility = visibilityOf(model, leaf);
    return visibility && visibility !== "past";
  };
  return model.architecture === "decoder" && lastTaught(objective, taught) ? { ...model, readsPrefix: true } : model;
}

/** Who sees whom in a text that is all there when the model's first stack reads it. */
export function givenVisibility({ architecture, readsPrefix }: ResolvedModel): "past" | "all" {
  return architecture === "decoder" && !readsPrefix ? "past" : "all";
}

/**
 * Who sees whom in a text that a decoder goes on from: what it writes sees what came before it in any case. Only what taught it to write
 * counts, which an objective that shows each position the whole text does not; undefined where nothing did.
 * @param model with its reading
 */
export function promptVisibility(model: ResolvedModel, objective: ResolvedObjective): "past" | "all" | undefined {
  const taught = (leaf: LeafObjective) => {
    if (leaf.kind === "supervised") return isTextToText(leaf.task) ? model.readsPrefix === true : undefined;
    const { visibility, predicted } = layoutOf(leaf, model);
    return visibility === "all" || predicted === 0 ? undefined : visibility === "prefix";
  };
  const prefix = lastTaught(objective, taught);
  return prefix === undefined ? undefined : prefix ? "all" : "past";
}

/** Undefined of a task, which is read in the way that the others set. */
function visibilityOf(model: ResolvedModel, leaf: LeafObjective): Visibility | undefined {
  return isTextObjective(leaf) ? layoutOf(leaf, model).visibility : undefined;
}

/** A mixture teaches what any of its parts does, and a sequence what the last does that teaches something and leaves the weights as they are. */
function lastTaught(objective: ResolvedObjective, taught: (leaf: LeafObjective) => boolean | undefined): boolean | undefined {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return taught(objective);
  return taughtByParts(
    objective.kind,
    objective.parts.map((part) => lastTaught(part.objective, taught)),
  );
}

/** What parts teach together; undefined: nothing, as a part that leaves the weights' reading as it is. */
export function taughtByParts(kind: "mixture" | "sequence", parts: readonly (boolean | undefined)[]): boolean | undefined {
  const teaching = parts.filter((each) => each !== undefined);
  return kind === "mixture" && teaching.length > 0 ? teaching.includes(true) : teaching.at(-1);
}
