import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Visibility } from "#runtime/contract/spec.ts";
import { embedderOf } from "#runtime/models/embedders/embedder-table.ts";
import type { Sequence, Visible } from "#runtime/models/forward.ts";
import type { Layout } from "#runtime/objectives/objective.ts";
import type { TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { int } from "./inputs.ts";

/** Among a batch's arrays: what the only stack reads, or the encoder (the input) and the decoder (the target). */
export function sequencesOf(
  inputs: Tensors,
  { decoderContext, visibility }: Pick<Layout, "decoderContext" | "visibility">,
): { input: Sequence; target?: Sequence } {
  if (decoderContext === 0) return { input: sequence(inputs, "", visibleIn(inputs, visibility)) };
  return { input: sequence(inputs, "", "all"), target: sequence(inputs, "decoder_", visibleIn(inputs, visibility)) };
}

/** One side's input among a batch's arrays, whose names begin with a prefix. */
export function sequence(inputs: Tensors, prefix: "" | "decoder_" | "source_", visible: Visible): Sequence {
  const own = Object.entries(inputs).filter(([name]) => name.startsWith(prefix));
  const arrays: Tensors = Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length), array]));
  return {
    arrays,
    positions: arrays.positions!,
    segments: arrays.segments!,
    ...(arrays.keys ? { keys: arrays.keys } : {}),
    visible,
  };
}

/** The arrays of one side's rows: what the embedder reads, positions and segments. */
export function sideInputs({ input }: Pick<ResolvedModel, "input">, prefix: string, rows: number, length: number): TensorSpec[] {
  const read = embedderOf(input).arrays(input, rows, length);
  const places = ["positions", "segments"].map((name) => int(name, [rows, length]));
  return [...read, ...places].map((spec) => ({ ...spec, name: `${prefix}${spec.name}` }));
}

function visibleIn(inputs: Tensors, visibility: Visibility): Visible {
  return visibility === "prefix" ? { prefix: inputs.prefix! } : visibility;
}
