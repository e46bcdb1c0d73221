import { concat, reshape, split, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";

/**
 * Weights that the optimiser updates as one flat array: a dozen element-wise calls for a group instead of a dozen for each
 * weight. A group is small enough that these calls find it in the processor's cache.
 */
export interface Group {
  index: number;
  parameters: Parameter[];
  size: number;
  decay: boolean;
  /** Factor of the learning rate. */
  rate: number;
}

const groupSize = 512 * 1024;
/** Groups of a model that is smaller than one of that size, which an engine may update side by side. */
const fewest = 2;

export function groupParameters(parameters: readonly Parameter[]): Group[] {
  const groups: Group[] = [];
  const all = parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);
  const full = Math.min(groupSize, Math.ceil(all / fewest));
  const rateOf = ({ rate }: Parameter) => rate ?? 1;
  const kinds = [...new Set(parameters.map(rateOf))].flatMap((rate) => [true, false].map((decay) => ({ rate, decay })));
  for (const { rate, decay } of kinds) {
    let open: Group | undefined;
    for (const parameter of parameters.filter((candidate) => candidate.decay === decay && rateOf(candidate) === rate)) {
      const size = sizeOf(parameter.shape);
      if (!open || open.size + size > full) {
        open = { index: groups.length, parameters: [], size: 0, decay, rate };
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

/** The same on the host. */
export function packValues(group: Group, values: Record<string, Float32Array>): Float32Array {
  const flat = new Float32Array(group.size);
  let offset = 0;
  for (const parameter of group.parameters) {
    const value = values[parameter.name];
    if (value?.length !== sizeOf(parameter.shape))
      throw new Error(`${parameter.name} has ${value?.length} values instead of ${sizeOf(parameter.shape)}`);
    flat.set(value, offset);
    offset += value.length;
  }
  return flat;
}

/** Views of the array, by name. */
export function unpackValues(group: Group, flat: Float32Array): Record<string, Float32Array> {
  let offset = 0;
  return Object.fromEntries(
    group.parameters.map((parameter) => {
      const start = offset;
      offset += sizeOf(parameter.shape);
      return [parameter.name, flat.subarray(start, offset)];
    }),
  );
}
