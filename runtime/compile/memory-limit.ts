import { listed } from "#runtime/contract/listed.ts";
import { withSizes } from "#runtime/contract/model-choices.ts";
import { formatBytes } from "#runtime/contract/numbers.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { parametersOf } from "#runtime/models/parameters.ts";
import { keptNumbers } from "#runtime/programs/groups.ts";
import { error } from "./rules/rule.ts";

/** The settings that determine how much memory a step needs. */
interface Size {
  model: ResolvedModel;
  batch: number;
  accumulate: number;
}

/** A training, a step of which must fit into the machine's memory. */
export interface Training extends Size {
  label: string;
  optimizer: OptimizerSpec;
  /** Memory of a step in bytes, from the trace. */
  memoryOf(size: Size): number;
  /** Place of the batch in the specification. */
  at: SpecPath;
}

/**
 * An error if a step needs more memory than the machine has, with settings that would fit; null if it fits or the memory is unknown.
 * A step that cannot fit according to a rough count is not traced, since that alone could take minutes.
 */
export function beyondMemory(training: Training, memoryBytes: number | undefined): Problem | null {
  if (memoryBytes === undefined) return null;
  const { label, model, batch, accumulate, optimizer } = training;
  const needed = (size: Size) => {
    const floor = leastBytes(size, optimizer);
    return floor > memoryBytes ? floor : training.memoryOf(size);
  };
  const requiredBytes = needed({ model, batch, accumulate });
  if (requiredBytes <= memoryBytes) return null;

  const fits = (change: Partial<Size>) => needed({ model, batch, accumulate, ...change }) <= memoryBytes;
  const divisors = Array.from({ length: batch }, (_, i) => i + 1).filter((divisor) => batch % divisor === 0);
  const parts = firstFit(
    divisors.filter((parts) => parts > accumulate),
    (accumulate) => fits({ accumulate }),
  );
  const again = !model.recompute && fits({ model: { ...model, recompute: true } });
  const smaller = firstFit(divisors.filter((size) => size < batch && size % accumulate === 0).toReversed(), (batch) => fits({ batch }));
  const shorter = firstFit(halvings(model.context), (context) => fits({ model: withSizes(model, { context }) }));
  const remedies = [
    ...(parts === undefined ? [] : [`accumulate: ${parts}, which gives the same numbers`]),
    ...(again ? ["recompute: true in its model, which gives the same numbers in more time"] : []),
    ...(smaller === undefined ? [] : [`batch: ${smaller}`]),
    ...(shorter === undefined ? [] : [`context: ${shorter} in its model`]),
  ];
  const remedy = remedies.length > 0 ? `What would fit: ${listed(remedies, "or")}.` : "Make the model smaller.";
  const message = `A step of ${label} needs at least ${formatBytes(requiredBytes)} of memory, but this machine has ${formatBytes(memoryBytes)}. ${remedy}`;
  return error("too-little-memory", training.at, message);
}

/** A lower bound in bytes: weights, gradients, optimiser state, and the attention weights that the backward pass needs. */
function leastBytes({ model, batch, accumulate }: Size, optimizer: OptimizerSpec): number {
  const parameters = parametersOf(model);
  const weights = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const attention = (model.recompute ? 1 : model.layers) * (batch / accumulate) * model.heads * model.context ** 2;
  return 4 * (2 * weights + keptNumbers(parameters, optimizer) + attention);
}

/** The first candidate that fits, if all after it fit too; found by bisection, since each test needs a trace. */
function firstFit(candidates: readonly number[], fits: (candidate: number) => boolean): number | undefined {
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(candidates[middle]!)) high = middle;
    else low = middle + 1;
  }
  return candidates[low];
}

/** Shorter contexts to suggest, by repeated halving, down to the minimum. */
function halvings(context: number): number[] {
  const shorter: number[] = [];
  for (let next = context / 2; Number.isInteger(next) && next >= 8; next /= 2) shorter.push(next);
  return shorter;
}
