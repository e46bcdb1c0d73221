import { listed } from "#runtime/contract/listed.ts";
import { formatBytes } from "#runtime/contract/numbers.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { parametersOf } from "#runtime/models/parameters.ts";
import { optimizerOf } from "#runtime/programs/optimizers/table.ts";
import { error } from "./rules/rule.ts";

/** What decides how much memory a step takes. */
interface Size {
  model: ResolvedModel;
  batch: number;
  accumulate: number;
}

/** A training whose step must fit into the machine's memory. */
export interface Training extends Size {
  label: string;
  optimizer: OptimizerSpec;
  /** Bytes, from the trace. */
  memoryOf(size: Size): number;
  /** Where the text says the batch. */
  at: SpecPath;
}

/**
 * An error where a step takes more memory than the machine has, with what would fit; null where it fits or the machine is not
 * known. What a rough count says cannot fit is not traced: that alone could take minutes.
 */
export function beyondMemory(training: Training, memoryBytes: number | undefined): Problem | null {
  if (memoryBytes === undefined) return null;
  const { label, model, batch, accumulate, optimizer } = training;
  const needed = (size: Size) => {
    const floor = leastBytes(size, optimizer);
    return floor > memoryBytes ? floor : training.memoryOf(size);
  };
  const wanted = needed({ model, batch, accumulate });
  if (wanted <= memoryBytes) return null;

  const fits = (change: Partial<Size>) => needed({ model, batch, accumulate, ...change }) <= memoryBytes;
  const divisors = Array.from({ length: batch }, (_, i) => i + 1).filter((divisor) => batch % divisor === 0);
  const parts = firstFit(
    divisors.filter((parts) => parts > accumulate),
    (accumulate) => fits({ accumulate }),
  );
  const again = !model.recompute && fits({ model: { ...model, recompute: true } });
  const smaller = firstFit(divisors.filter((size) => size < batch && size % accumulate === 0).toReversed(), (batch) => fits({ batch }));
  const shorter = firstFit(halvings(model.context), (context) => fits({ model: { ...model, context } }));
  const remedies = [
    ...(parts === undefined ? [] : [`accumulate: ${parts}, which gives the same numbers`]),
    ...(again ? ["recompute: true in its model, which gives the same numbers in more time"] : []),
    ...(smaller === undefined ? [] : [`batch: ${smaller}`]),
    ...(shorter === undefined ? [] : [`context: ${shorter} in its model`]),
  ];
  const remedy = remedies.length > 0 ? `What would fit: ${listed(remedies, "or")}.` : "Make the model smaller.";
  const message = `A step of ${label} takes at least ${formatBytes(wanted)} of memory, and this machine has ${formatBytes(memoryBytes)}. ${remedy}`;
  return error("too-little-memory", training.at, message);
}

/** Weights, gradients and what the optimiser keeps, and the attention weights that the backward pass needs again. */
function leastBytes({ model, batch, accumulate }: Size, optimizer: OptimizerSpec): number {
  const arrays = 2 + optimizerOf(optimizer).moments.length;
  const weights = parametersOf(model).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const attention = (model.recompute ? 1 : model.layers) * (batch / accumulate) * model.heads * model.context ** 2;
  return 4 * (arrays * weights + attention);
}

/** The first that fits, where each after it fits too; bisected, as each try costs a trace. */
function firstFit(candidates: readonly number[], fits: (candidate: number) => boolean): number | undefined {
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(candidates[middle]!)) high = middle;
    else low = middle + 1;
  }
  return candidates[low];
}

/** Contexts to fall back to, down to the shortest that a model may have. */
function halvings(context: number): number[] {
  const shorter: number[] = [];
  for (let next = context / 2; Number.isInteger(next) && next >= 8; next /= 2) shorter.push(next);
  return shorter;
}
