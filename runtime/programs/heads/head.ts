import type { Tensor } from "@tensorflow/tfjs-core";
import type { TensorSpec, Tensors } from "#runtime/trace/function.ts";

/** What an added head answers, and the static shapes of its batches. */
export interface HeadPart {
  kind: "head";
  name: string;
  /** Name of its weights. */
  head: string;
  form: HeadForm;
  /** Numbers that its linear layer gives for each vector. */
  outputs: number;
  /** Positions of a row. */
  length: number;
  /** Examples that a row has room for. */
  slots: number;
  /** Rows that one example takes. */
  rows: number;
  /** A layer of its own comes before the linear one. */
  pooler: boolean;
}

export type HeadForm = "classes" | "value" | "tags" | "choices" | "span";

/** Shapes of a batch: `rows` rows of `part.length` positions. */
export interface HeadShape {
  part: HeadPart;
  rows: number;
}

/** A head over hidden states, the same for every architecture. One file each, listed in `head-table.ts`. */
export interface Head {
  /** How many vectors the linear layer reads with dropout. Devlin et al. 2019 do so in their released code, but for spans. */
  dropped(shape: HeadShape): number;
  /** Inputs besides what the embedder reads, positions and segments, and what only the loss needs; `weights` are among the latter. */
  inputs(shape: HeadShape): { given: TensorSpec[]; targets: TensorSpec[] };
  /** `states` (rows × T, C); `linear` is the head's layer, (N, C) → (N, outputs), after dropout and a pooler if it has them. */
  answers(states: Tensor, linear: (x: Tensor) => Tensor, inputs: Tensors, shape: HeadShape): Tensor;
  /** Σ weightsᵢ lossᵢ */
  loss(answers: Tensor, inputs: Tensors): Tensor;
}
