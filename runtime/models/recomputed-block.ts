import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tensors } from "#runtime/trace/function.ts";
import { type BlockContext, block } from "./block.ts";
import type { Forward } from "./forward.ts";
import { recomputed } from "./operations/recompute.ts";

/** `block` with activation checkpointing: only its input is kept for the backward pass. */
export function recomputedBlock(forward: Forward, name: string, x: Tensor, context: BlockContext): Tensor {
  const { parameters, dropout } = forward;
  const { relative, memory, bias } = context;
  const ofBlock = (names: string[]) => names.filter((key) => ["", "lora.", "adapters."].some((kind) => key.startsWith(`${kind}${name}.`)));
  const [weights, masks] = [ofBlock(Object.keys(parameters)), ofBlock(Object.keys(dropout.masks))];
  const scale = parameters["lora.scale"];
  const given = {
    values: [x, ...(relative ? [relative] : []), ...(memory ? [memory.states] : [])],
    weights: weights.map((key) => parameters[key]!),
    constants: [bias, ...(memory ? [memory.bias] : []), ...(scale ? [scale] : []), ...masks.map((key) => dropout.masks[key]!)],
  };
  return recomputed(given, ({ values, weights: own, constants }) => {
    const [learned, fixed] = [values.slice(), constants.slice()];
    const input = learned.shift()!;
    const seen: BlockContext = { ...context, bias: fixed.shift()!, relative: relative && learned.shift()! };
    if (memory) seen.memory = { states: learned.shift()!, bias: fixed.shift()! };
    const scales: Tensors = scale ? { "lora.scale": fixed.shift()! } : {};
    const of = (names: string[], tensors: Tensor[]) => Object.fromEntries(names.map((key, i) => [key, tensors[i]!]));
    const inside: Forward = {
      ...forward,
      parameters: { ...parameters, ...scales, ...of(weights, own) },
      dropout: { ...dropout, masks: of(masks, fixed) },
    };
    return block(inside, name, input, seen);
  });
}
