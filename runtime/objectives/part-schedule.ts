import type { ResolvedObjective, WeightedPart } from "#runtime/contract/plan.ts";

/** Which part of a mixture or sequence trains at which step. A plain objective is one part. */
export interface PartSchedule {
  /** The objectives that are neither mixture nor sequence, in the order in which they are written. */
  parts: { name: string; objective: LeafObjective }[];
  /** `index`: how many earlier steps that part had. Steps count from 0. */
  partOf(step: number): { part: number; index: number };
  /** Steps of each part, in all. */
  counts: number[];
  /** Steps of each part among the first so many. */
  doneAfter(steps: number): number[];
}

export type LeafObjective = Exclude<ResolvedObjective, { kind: "mixture" | "sequence" }>;

/**
 * A mixture spreads its parts evenly over its steps, a sequence gives each part consecutive steps; either may hold others.
 * Shares become whole steps by the largest remainder. Memory: two bytes a step.
 */
export function partSchedule(objective: ResolvedObjective, steps: number): PartSchedule {
  const parts: PartSchedule["parts"] = [];
  const next = plan(objective, objective.kind, steps, parts);
  const partAt = Uint16Array.from({ length: steps }, next);
  const counts = parts.map(() => 0);
  const before: number[][] = [];
  partAt.forEach((part, step) => {
    if (step % blockLength === 0) before.push([...counts]);
    counts[part] = (counts[part] as number) + 1;
  });
  return {
    parts,
    counts,
    partOf(step) {
      if (!(step >= 0 && step < steps)) throw new RangeError(`step ${step} of ${steps}`);
      const part = partAt[step] as number;
      const block = Math.floor(step / blockLength);
      let index = before[block]?.[part] as number;
      for (let earlier = block * blockLength; earlier < step; earlier++) if (partAt[earlier] === part) index++;
      return { part, index };
    },
    doneAfter(done) {
      const block = Math.floor(done / blockLength);
      const sums = [...(before[block] ?? counts)];
      if (before[block]) for (let step = block * blockLength; step < done; step++) sums[partAt[step] as number]!++;
      return sums;
    },
  };
}

/** How many of so many steps each leaf of an objective has, in the order of the schedule's parts; not a walk over the steps. */
export function partCounts(objective: ResolvedObjective, steps: number): number[] {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") return [steps];
  const counts = wholeSteps(objective.parts, steps);
  return objective.parts.flatMap((part, i) => partCounts(part.objective, counts[i]!));
}

/** Consecutive steps of one optimiser: `steps` of them, after step `start`. */
export interface Phase {
  start: number;
  steps: number;
}

/** All steps, or those of each part of a sequence that resets the optimiser. */
export function phasesOf(objective: ResolvedObjective, steps: number): Phase[] {
  if (objective.kind !== "sequence" || !objective.resetOptimizer) return [{ start: 0, steps }];
  let start = 0;
  return wholeSteps(objective.parts, steps)
    .filter((count) => count > 0)
    .map((count) => {
      const phase = { start, steps: count };
      start += count;
      return phase;
    });
}

/** Counts so far are kept once a block; within one they are counted. */
const blockLength = 4096;

/** Adds the leaves below an objective to `parts`; the function that is returned gives the part of one step after the other. */
function plan(objective: ResolvedObjective, name: string, steps: number, parts: PartSchedule["parts"]): () => number {
  if (objective.kind !== "mixture" && objective.kind !== "sequence") {
    const part = parts.push({ name, objective }) - 1;
    return () => part;
  }
  const counts = wholeSteps(objective.parts, steps);
  const outer = objective.kind === name ? "" : `${name}/`;
  const children = objective.parts.map((part, i) => plan(part.objective, outer + part.name, counts[i] as number, parts));
  const order = objective.kind === "mixture" ? evenly(counts) : oneAfterTheOther(counts);
  return () => (children[order()] as () => number)();
}

/** Largest remainder (Hamilton): whole numbers that add up to `steps`, each its share rounded down or up. */
function wholeSteps(parts: readonly WeightedPart[], steps: number): number[] {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const exact = parts.map((part) => (part.weight / total) * steps);
  const counts = exact.map((value) => Math.floor(value + 1e-9));
  const byRemainder = exact.map((value, i) => ({ i, rest: value - (counts[i] as number) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  const missing = steps - counts.reduce((sum, count) => sum + count, 0);
  for (const { i } of byRemainder.slice(0, missing)) counts[i] = (counts[i] as number) + 1;
  return counts;
}

/** Smooth weighted round-robin: each turn everyone gains its weight, the richest is served and pays the sum of all weights. */
function evenly(counts: readonly number[]): () => number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const credit = counts.map(() => 0);
  return () => {
    let best = 0;
    counts.forEach((count, i) => {
      credit[i] = (credit[i] as number) + count;
      if ((credit[i] as number) > (credit[best] as number)) best = i;
    });
    credit[best] = (credit[best] as number) - total;
    return best;
  };
}

function oneAfterTheOther(counts: readonly number[]): () => number {
  const left = [...counts];
  return () => {
    const i = left.findIndex((count) => count > 0);
    left[i] = (left[i] as number) - 1;
    return i;
  };
}
