import { concat, gather, split, type Tensor, type Tensor1D, tensor1d } from "@tensorflow/tfjs-core";
import type { BlockContext } from "./block.ts";
import type { Forward } from "./forward.ts";

/** Blocks over x (B × T, C) → (B × T, C). */
type Blocks = (forward: Forward, x: Tensor, context: BlockContext) => Tensor;

/**
 * The same blocks, applied to groups of the batch's sequences independently. An engine that runs independent operations in parallel need
 * not parallelise single operations, which is inefficient if they are small.
 */
export function inGroups(groups: number, blocks: Blocks): Blocks {
  return (forward, x, context) => {
    const { batch } = context;
    const sizes = Array.from({ length: groups }, (_, i) => Math.floor(((i + 1) * batch) / groups) - Math.floor((i * batch) / groups));
    /** Splits an array into groups along its first axis, which runs over the sequences or their positions. */
    const grouped = (all: Tensor): Tensor[] => {
      const rows = (all.shape[0] as number) / batch;
      return split(
        all,
        sizes.map((size) => size * rows),
        0,
      );
    };
    // a copy, not a view: TensorFlow fuses the sum with the product before it, and would then read from the beginning of the whole array
    const copied = (all: Tensor): Tensor[] => {
      const rows = Array.from({ length: batch }, (_, row) => row);
      return sizes.map((size) => gather(all, tensor1d(rows.splice(0, size), "int32") as Tensor1D));
    };
    const inputs = grouped(x);
    const [biases, positions] = [copied(context.bias), grouped(context.positions)];
    const memories = context.memory && { states: grouped(context.memory.states), biases: copied(context.memory.bias) };
    const masks = Object.entries(forward.dropout.masks).flatMap(([place, mask]) =>
      place.includes(".layers.") ? [[place, grouped(mask)] as const] : [],
    );
    const outputs = sizes.map((size, i) => {
      const dropout = { ...forward.dropout, masks: Object.fromEntries(masks.map(([place, parts]) => [place, parts[i]!])) };
      const own = { ...context, batch: size, bias: biases[i]!, positions: positions[i]! };
      const memory = memories && { states: memories.states[i]!, bias: memories.biases[i]! };
      return blocks({ ...forward, dropout }, inputs[i]!, { ...own, memory });
    });
    return concat(outputs, 0);
  };
}
