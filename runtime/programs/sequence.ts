import type { Visibility } from "#runtime/contract/spec.ts";
import type { Sequence, Visible } from "#runtime/models/forward.ts";
import type { Layout } from "#runtime/objectives/objective.ts";
import type { Tensors } from "#runtime/trace/function.ts";

/** Among a batch's arrays: what the only stack reads, or the encoder (the input) and the decoder (the target). */
export function sequencesOf(
  inputs: Tensors,
  { decoderContext, visibility }: Pick<Layout, "decoderContext" | "visibility">,
): { input: Sequence; target?: Sequence } {
  if (decoderContext === 0) return { input: sequence(inputs, "", visibleIn(inputs, visibility)) };
  return { input: sequence(inputs, "", "all"), target: sequence(inputs, "decoder_", visibleIn(inputs, visibility)) };
}

/** One side's input among a batch's arrays. */
export function sequence(inputs: Tensors, prefix: "" | "decoder_", visible: Visible): Sequence {
  const types = prefix === "" && inputs.types ? { types: inputs.types } : {};
  return {
    tokens: inputs[`${prefix}tokens`]!,
    positions: inputs[`${prefix}positions`]!,
    segments: inputs[`${prefix}segments`]!,
    visible,
    ...types,
  };
}

function visibleIn(inputs: Tensors, visibility: Visibility): Visible {
  return visibility === "prefix" ? { prefix: inputs.prefix! } : visibility;
}
