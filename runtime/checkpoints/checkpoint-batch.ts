import { JobFailure } from "#runtime/contract/job-context.ts";
import type { FamilyName } from "#runtime/models/families/family.ts";
import type { VerificationSettings } from "#runtime/programs/verification.ts";
import type { StoredTensor } from "#runtime/runs/safetensors.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** The label that Transformers ignores in the loss. */
const ignored = -100;

export interface CheckpointBatch {
  sizes: Pick<VerificationSettings, "batch" | "length" | "decoderLength" | "types" | "labelled">;
  arrays: Arrays;
  /** (B × T): 1 for positions with a token, in the input of the encoder (or the only stack) and of the decoder. */
  mask: Int32Array;
  decoderMask: Int32Array;
}

const known = [
  "input_ids",
  "attention_mask",
  "token_type_ids",
  "decoder_input_ids",
  "decoder_attention_mask",
  "labels",
  "start_positions",
  "end_positions",
];

/** Converts a batch with Transformers' names to the arrays of the verification program. `path`: for messages. */
export function checkpointBatch(checkpoint: Checkpoint, tensors: Readonly<Record<string, StoredTensor>>, path: string): CheckpointBatch {
  const strange = Object.keys(tensors).find((name) => !known.includes(name));
  if (strange) throw new JobFailure(`${path} has ${strange}; ${known.join(", ")} are understood`);
  const { model, head } = checkpoint;
  const input = tensors.input_ids;
  if (input?.shape.length !== 2) throw new JobFailure(`${path} has no input_ids with two axes (sequences × positions)`);
  const [batch, length] = input.shape as [number, number];
  const tokens = whole(input);
  checkIds(tokens, model.input.vocabulary, path, "input_ids");
  const twoSided = model.architecture === "encoder-decoder";
  const decoder = twoSided ? decoderTokens(checkpoint, tensors, path) : undefined;
  for (const [name, positions] of [
    ["input_ids", length],
    ["the decoder's input", decoder?.length ?? 0],
  ] as const) {
    if (model.position !== "relative" && positions > model.context)
      throw new JobFailure(`${path}: ${name} has ${positions} positions, but the model only ${model.context}`);
  }
  const mask = maskOf(tensors.attention_mask, tokens.length, path, "attention_mask");
  const types = tensors.token_type_ids;
  if (types && model.input.types === 0)
    throw new JobFailure(`${path} has token_type_ids, but ${checkpoint.family.title} has no token types. Omit them`);
  if (types) checkIds(whole(types), model.input.types, path, "token_type_ids");
  if (types && types.data.length !== tokens.length) throw new JobFailure(`${path}: token_type_ids does not have the shape of input_ids`);
  if (decoder) checkIds(decoder.tokens, model.input.vocabulary, path, "the decoder's input");
  if (tensors.labels && head?.kind === "tokens")
    checkIds(
      whole(tensors.labels).filter((label) => label !== ignored),
      model.targets.classes,
      path,
      "labels",
    );
  const decoderMask = maskOf(tensors.decoder_attention_mask, batch * (decoder?.length ?? 0), path, "decoder_attention_mask");
  const labels = labelArrays(head?.kind ?? null, tensors, {
    batch,
    length: decoder?.length ?? length,
    mask,
    shift: model.architecture === "decoder",
  });
  return {
    sizes: { batch, length, decoderLength: decoder?.length ?? 0, types: types !== undefined, labelled: labels !== undefined },
    arrays: {
      tokens,
      positions: positionsOf(checkpoint, tokens, length),
      segments: new Int32Array(tokens.length).fill(1),
      keys: mask,
      ...(types ? { types: whole(types) } : {}),
      ...(decoder
        ? {
            decoder_tokens: decoder.tokens,
            decoder_positions: Int32Array.from(decoder.tokens, (_, i) => i % decoder.length),
            decoder_segments: new Int32Array(decoder.tokens.length).fill(1),
            decoder_keys: decoderMask,
          }
        : {}),
      ...labels,
    },
    mask,
    decoderMask: maskOf(tensors.decoder_attention_mask, batch * (decoder?.length ?? 0), path, "decoder_attention_mask"),
  };
}

/** Positions count from 0. RoBERTa counts only tokens that are not padding, and padding has the position before the first. */
function positionsOf({ family, model }: Checkpoint, tokens: Int32Array, length: number): Int32Array {
  if (family.type !== ("roberta" satisfies FamilyName)) return Int32Array.from(tokens, (_, i) => i % length);
  const pad = model.positionOffset - 1;
  let seen = 0;
  return tokens.map((token, i) => {
    if (i % length === 0) seen = 0;
    return token === pad ? -1 : seen++;
  });
}

/** `decoder_input_ids`, or the labels shifted right after the start token, with padding for ignored labels. */
function decoderTokens({ config }: Checkpoint, tensors: Readonly<Record<string, StoredTensor>>, path: string) {
  const given = tensors.decoder_input_ids;
  if (given) return { tokens: whole(given), length: given.shape[1]! };
  const { labels } = tensors;
  if (!labels) throw new JobFailure(`${path} has neither decoder_input_ids nor labels, but the model has a decoder`);
  const length = labels.shape[1]!;
  const [start, pad] = [config.number("decoder_start_token_id"), config.number("pad_token_id")];
  const values = whole(labels);
  const tokens = values.map((_, i) => (i % length === 0 ? start : values[i - 1] === ignored ? pad : values[i - 1]!));
  return { tokens, length };
}

interface LabelSizes {
  batch: number;
  length: number;
  mask: Int32Array;
  /** Whether the label of a position is the token after it. */
  shift: boolean;
}

function labelArrays(
  kind: NonNullable<Checkpoint["head"]>["kind"] | null,
  tensors: Readonly<Record<string, StoredTensor>>,
  { batch, length, mask, shift }: LabelSizes,
): Arrays | undefined {
  if (kind === "span") {
    const [start, end] = [tensors.start_positions, tensors.end_positions];
    if (!start || !end) return undefined;
    return {
      ...prefixed(
        "start",
        weighted(whole(start), (at) => at < length),
      ),
      ...prefixed(
        "end",
        weighted(whole(end), (at) => at < length),
      ),
    };
  }
  if (!kind || !tensors.labels) return undefined;
  const labels = whole(tensors.labels);
  if (kind === "discriminator") {
    const count = mask.reduce((sum, value) => sum + value, 0);
    return { targets: Float32Array.from(labels), weights: Float32Array.from(mask, (value) => value / count) };
  }
  if (kind === "classification") return weighted(labels, () => true);
  const next = shift ? labels.map((_, i) => (i % length === length - 1 ? ignored : labels[i + 1]!)) : labels;
  if (next.length !== batch * length) throw new JobFailure(`labels has ${next.length} values; ${batch} × ${length} are needed`);
  return weighted(next, (label) => label !== ignored);
}

function weighted(targets: Int32Array, counts: (target: number) => boolean): { targets: Int32Array; weights: Float32Array } {
  const counted = targets.filter(counts).length;
  return {
    targets: targets.map((target) => (counts(target) ? target : 0)),
    weights: Float32Array.from(targets, (target) => (counts(target) ? 1 / counted : 0)),
  };
}

function prefixed(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [`${prefix}_${name}`, values]));
}

function maskOf(tensor: StoredTensor | undefined, size: number, path: string, name: string): Int32Array {
  if (!tensor) return new Int32Array(size).fill(1);
  if (tensor.data.length !== size)
    throw new JobFailure(`${path}: ${name} has the shape [${tensor.shape}], which is not that of the tokens`);
  return whole(tensor);
}

function whole({ data }: StoredTensor): Int32Array {
  return data instanceof Int32Array ? data : Int32Array.from(data);
}

function checkIds(ids: Int32Array, vocabulary: number, path: string, name: string): void {
  const beyond = ids.find((id) => id < 0 || id >= vocabulary);
  if (beyond !== undefined) throw new JobFailure(`${path}: ${name} has ${beyond}; expected 0 to ${vocabulary - 1}`);
}
