import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel, ResolvedObjective, ResolvedTask, WeightedPart } from "#runtime/contract/plan.ts";
import type { Architecture, MixtureSpec, ModelSpec, ObjectiveSpec, Ref, Spec } from "#runtime/contract/spec.ts";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { layoutOf } from "#runtime/objectives/objective-table.ts";
import { taughtByParts } from "#runtime/programs/reading.ts";
import { isTextToText } from "#runtime/programs/task-parts.ts";

/** An objective that does not consist of others. */
export type LeafObjectiveSpec = Exclude<ObjectiveSpec, { kind: "mixture" | "sequence" }>;

/**
 * The objectives that `ref` consists of, in order, each with its key and its share of the whole; null if a name does not resolve or an
 * objective contains itself (the language's checks report both).
 */
export function leavesOf(
  spec: Spec,
  ref: Ref,
  inside: readonly Ref[] = [],
): { key: Ref; weight: number; objective: LeafObjectiveSpec }[] | null {
  const objective = spec.objectives[ref];
  if (!objective || inside.includes(ref)) return null;
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [{ key: ref, weight: 1, objective }];
  const parts = objective.parts.map(({ weight, objective: part }) =>
    leavesOf(spec, part, [...inside, ref])?.map((leaf) => ({ ...leaf, weight: leaf.weight * weight })),
  );
  return parts.every((part) => part !== undefined) ? parts.flat() : null;
}

/**
 * The architectures that can be trained on an objective, the default first. A mixture or sequence allows the architectures that all of its
 * parts allow, ordered by their rank in the part that they suit least, and then as in the first part that reads the corpus, or else one that
 * writes text. A task that is answered by a head fits every architecture and prefers none.
 */
export function architecturesOf(spec: Spec, ref: Ref): Architecture[] {
  const leaves = leavesOf(spec, ref) ?? [];
  const bothDirections = leaves.length > 0 && teachesBothDirections(spec, ref) === true;
  const allowed = leaves.map(({ objective }) => architecturesOfLeaf(spec, objective, bothDirections));
  const readsCorpus = leaves.findIndex(({ objective }) => objective.kind !== "supervised");
  const writes = leaves.findIndex(({ objective }) => isWriting(spec, objective));
  const order = allowed[readsCorpus >= 0 ? readsCorpus : Math.max(writes, 0)] ?? [];
  const preferring = allowed.filter((_, i) => leaves[i]!.objective.kind !== "supervised");
  const placeOf = (architecture: Architecture) => Math.max(0, ...preferring.map((list) => list.indexOf(architecture)));
  return order
    .filter((architecture) => allowed.every((list) => list.includes(architecture)))
    .toSorted((one, other) => placeOf(one) - placeOf(other));
}

/**
 * The architectures for an objective. A task answered by writing needs a decoder; a pooler needs a first token that attends to all.
 * @param bothDirections whether the objective that this one is a part of teaches a decoder to read in both directions
 */
export function architecturesOfLeaf(spec: Spec, objective: LeafObjectiveSpec, bothDirections = false): readonly Architecture[] {
  if (isWriting(spec, objective)) return ["encoder-decoder", "decoder"];
  const architectures = optionOf("objective", objective.kind)?.architectures ?? [];
  const isMisread = hasPooler(spec, objective) && !bothDirections;
  return isMisread ? architectures.filter((architecture) => architecture !== "decoder") : architectures;
}

/** Whether an objective is a task that is answered from its first token. */
export function hasPooler(spec: Spec, objective: LeafObjectiveSpec): boolean {
  const task = objective.kind === "supervised" ? spec.tasks[objective.task] : undefined;
  return task !== undefined && "pool" in task && task.pool === "pooler";
}

/** Whether an objective teaches a decoder to read a text in both directions; undefined: it teaches no way of reading. */
function teachesBothDirections(spec: Spec, ref: Ref): boolean | undefined {
  const objective = spec.objectives[ref]!;
  if (objective.kind === "mixture" || objective.kind === "sequence") {
    const parts = objective.parts.map((part) => teachesBothDirections(spec, part.objective));
    return taughtByParts(objective.kind, parts);
  }
  if (objective.kind === "supervised" || !architecturesOfLeaf(spec, objective).includes("decoder")) return undefined;
  return layoutOf(objective, { architecture: "decoder", context: anyContext }).visibility !== "past";
}

/** A context to ask for a layout with: who sees whom does not depend on it. */
const anyContext = 64;

function isWriting(spec: Spec, objective: LeafObjectiveSpec): boolean {
  const task = objective.kind === "supervised" ? spec.tasks[objective.task] : undefined;
  return task !== undefined && isTextToText(task);
}

/** The architecture of a model that is trained on an objective; null if the two do not fit. */
export function resolveArchitecture(spec: Spec, model: ModelSpec, objective: Ref): Architecture | null {
  const allowed = architecturesOf(spec, objective);
  if (model.architecture === "auto") return allowed[0] ?? null;
  return allowed.includes(model.architecture) ? model.architecture : null;
}

/** @param pad id of the padding token */
export function resolveModel(model: ModelSpec, architecture: Architecture, vocabulary: number, pad = 0): ResolvedModel {
  const { doc: _, checkpoint: __, family, recompute, ...sizes } = model;
  const chosen = family ? declaredModel(family, { ...sizes, vocabulary }, pad) : completeTokenModel({ ...sizes, architecture, vocabulary });
  return recompute ? { ...chosen, recompute } : chosen;
}

/** Resolves the references of objectives. */
export interface Referred {
  taskOf(key: Ref): ResolvedTask | null;
  /** The size for mixing: training examples of a supervised objective, or sequences of the corpus. */
  sizeOf(key: Ref, objective: ResolvedObjective): number;
}

/** The objective with its references replaced by what they refer to; null if a part cannot be resolved. */
export function resolveObjective(spec: Spec, ref: Ref, referred: Referred): ResolvedObjective | null {
  return leavesOf(spec, ref) === null ? null : (resolvedWithSize(spec, ref, referred)?.objective ?? null);
}

function resolvedWithSize(spec: Spec, ref: Ref, referred: Referred): { objective: ResolvedObjective; size: number } | null {
  const { doc: _, ...objective } = spec.objectives[ref]!;
  if (objective.kind === "supervised") {
    const task = referred.taskOf(objective.task);
    // rules refuse a task that nothing is trained on
    if (!task || task.train === null) return null;
    return { objective: { kind: "supervised", task }, size: referred.sizeOf(ref, { kind: "supervised", task }) };
  }
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return { objective, size: referred.sizeOf(ref, objective) };
  const parts: WeightedPart[] = [];
  const sizes: number[] = [];
  for (const part of objective.parts) {
    const resolved = resolvedWithSize(spec, part.objective, referred);
    if (!resolved) return null;
    parts.push({ weight: part.weight, name: part.objective, objective: resolved.objective });
    sizes.push(resolved.size);
  }
  const size = sizes.reduce((sum, each) => sum + each, 0);
  if (objective.kind === "sequence") return { objective: { ...objective, parts }, size };
  const rates = objective.bySize && mixingRates(sizes, objective.bySize);
  return { objective: { kind: "mixture", parts: rates ? parts.map((part, i) => ({ ...part, weight: rates[i]! })) : parts }, size };
}

/** Examples-proportional mixing with a limit and a temperature (Raffel et al. 2020, section 3.5.2): shares that add up to 1. */
export function mixingRates(sizes: readonly number[], { temperature, limit }: NonNullable<MixtureSpec["bySize"]>): number[] {
  const weights = sizes.map((size) => Math.min(size, limit ?? Number.POSITIVE_INFINITY) ** (1 / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
