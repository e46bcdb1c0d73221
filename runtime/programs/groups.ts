import { concat, reshape, split, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { keptSize, type Rule } from "./optimizers/optimizer.ts";
import { optimizerOf } from "./optimizers/optimizer-table.ts";

/**
 * Weights that the optimiser updates as one flat array: a dozen element-wise calls for a group instead of a dozen for each
 * weight. A group is small enough that these calls find it in the processor's cache. A weight whose numbers do not change each on its own
 * is a group for itself.
 */
export interface Group {
  index: number;
  parameters: Parameter[];
  size: number;
  decay: boolean;
  /** Factor of the learning rate. */
  rate: number;
  rule: Rule<OptimizerSpec>;
}

/** What each weight of a group has of a flat array, in order: its own numbers, or what the optimiser keeps of it. */
export type Slices = readonly { name: string; size: number }[];

const groupSize = 512 * 1024;
/** Groups of a model that is smaller than one of that size, which an engine may update side by side. */
const fewest = 2;

export function groupParameters(parameters: readonly Parameter[], optimizer: OptimizerSpec): Group[] {
  const { ruleOf } = optimizerOf(optimizer);
  const groups: Group[] = [];
  const all = parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);
  const full = Math.min(groupSize, Math.ceil(all / fewest));
  const rateOf = ({ rate }: Parameter) => rate ?? 1;
  const kinds = [...new Set(parameters.map(rateOf))].flatMap((rate) => [true, false].map((decay) => ({ rate, decay })));
  for (const { rate, decay } of kinds) {
    let open: Group | undefined;
    for (const parameter of parameters.filter((candidate) => candidate.decay === decay && rateOf(candidate) === rate)) {
      const size = sizeOf(parameter.shape);
      const rule = ruleOf(parameter);
      if (!rule.elementwise) {
        groups.push({ index: groups.length, parameters: [parameter], size, decay, rate, rule });
        continue;
      }
      if (!open || open.size + size > full) {
        open = { index: groups.length, parameters: [], size: 0, decay, rate, rule };
        groups.push(open);
      }
      open.parameters.push(parameter);
      open.size += size;
    }
  }
  return groups;
}

/** The group's flat array as named weights. */
export function unpack(group: Group, flat: Tensor): Tensors {
  const parts =
    group.parameters.length === 1
      ? [flat]
      : split(
          flat,
          group.parameters.map(({ shape }) => sizeOf(shape)),
        );
  return Object.fromEntries(group.parameters.map(({ name, shape }, i) => [name, reshape(parts[i] as Tensor, [...shape])]));
}

/** Named arrays as the group's flat one. */
export function pack(group: Group, tensors: Tensors): Tensor {
  const flat = group.parameters.map(({ name }) => reshape(tensors[name] as Tensor, [-1]) as Tensor1D);
  return flat.length === 1 ? (flat[0] as Tensor) : concat(flat);
}

export function weightSlices({ parameters }: Group): Slices {
  return parameters.map(({ name, shape }) => ({ name, size: sizeOf(shape) }));
}

/** The slices of a group in each array that the optimiser keeps of it, by the name of the array. */
export function keptSlices({ parameters, rule }: Group, optimizer: OptimizerSpec): Record<string, Slices> {
  const names = new Set(parameters.flatMap((parameter) => Object.keys(rule.keeps(parameter, optimizer))));
  return Object.fromEntries(
    [...names].map((kept) => [
      kept,
      parameters.map((parameter) => ({ name: parameter.name, size: keptSize(parameter, rule.keeps(parameter, optimizer)[kept]!) })),
    ]),
  );
}

/** Count of the numbers that the optimiser keeps beside all these weights. */
export function keptNumbers(parameters: readonly Parameter[], optimizer: OptimizerSpec): number {
  const { ruleOf } = optimizerOf(optimizer);
  const extents = parameters.flatMap((parameter) =>
    Object.values(ruleOf(parameter).keeps(parameter, optimizer)).map((extent) => keptSize(parameter, extent)),
  );
  return extents.reduce((sum, size) => sum + size, 0);
}

export function lengthOf(slices: Slices): number {
  return slices.reduce((sum, { size }) => sum + size, 0);
}

/** Named arrays as a flat one, on the host. */
export function packValues(slices: Slices, values: Record<string, Float32Array>): Float32Array {
  const flat = new Float32Array(lengthOf(slices));
  let offset = 0;
  for (const { name, size } of slices) {
    const value = values[name];
    if (value?.length !== size) throw new Error(`${name} has ${value?.length} values instead of ${size}`);
    flat.set(value, offset);
    offset += size;
  }
  return flat;
}

/** Views of the array, by name. */
export function unpackValues(slices: Slices, flat: Float32Array): Record<string, Float32Array> {
  let offset = 0;
  return Object.fromEntries(
    slices.map(({ name, size }) => {
      const start = offset;
      offset += size;
      return [name, flat.subarray(start, offset)];
    }),
  );
}
