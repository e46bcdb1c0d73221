import type { Sequence } from "#runtime/models/forward.ts";
import type { Tensors } from "#runtime/trace/function.ts";

/** One side's input among a batch's arrays: the (encoder's) input, or the decoder's beside an encoder. */
export function sequence(inputs: Tensors, prefix: "" | "decoder_"): Sequence {
  const own = prefix === "" ? { prefix: inputs.prefix, types: inputs.types } : {};
  const given = Object.entries(own).filter(([, tensor]) => tensor !== undefined);
  return {
    tokens: inputs[`${prefix}tokens`]!,
    positions: inputs[`${prefix}positions`]!,
    segments: inputs[`${prefix}segments`]!,
    ...Object.fromEntries(given),
  };
}
