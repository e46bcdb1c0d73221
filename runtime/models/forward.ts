import type { Tensor } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Visibility } from "#runtime/contract/spec.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import type { Dropout } from "./operations/dropout.ts";
import { layerNorm, rmsNorm } from "./operations/layer-norm.ts";

/** `Visibility`, with a mask of the prefix (B, T): 1 for positions that the whole segment attends to. */
export type Visible = Exclude<Visibility, "prefix"> | { prefix: Tensor };

/** The input of an encoder or decoder: B sequences of T positions. */
export interface Sequence {
  /** What the embedder reads (`embedders/embedder.ts`), by the names of its arrays. */
  arrays: Tensors;
  /** (B, T), int32, as all others: position within the document's part of the sequence. */
  positions: Tensor;
  /** (B, T): attention never crosses segments; 0 is padding. */
  segments: Tensor;
  /** (B, T): segments of positions as keys, if they differ from those as queries. */
  keys?: Tensor;
  /** Which positions attend to which. It does not depend on the model: the same weights can read in each way. */
  visible: Visible;
  /** (N): indices b × T + t of the output states to compute; absent: all. */
  targetPositions?: Tensor;
}

export interface Forward {
  model: ResolvedModel;
  parameters: Tensors;
  dropout: Dropout;
  /** Number of groups of sequences that pass through the blocks independently (side-by-side.ts); absent: 1. */
  groups?: number;
  /**
   * Called with intermediate tensors: `STACK.hidden_states.N` (B × T, C), with N from 0 (embeddings) to the number of blocks (the output of
   * the stack), and `STACK.layers.N.attention.weights` and `STACK.layers.N.cross_attention.weights` (B, H, Tq, Tk).
   */
  observe?(name: string, value: Tensor): void;
}

export function get(parameters: Tensors, name: string): Tensor {
  const found = parameters[name];
  if (!found) throw new Error(`the model has no parameter ${name}`);
  return found;
}

/** Normalises x (N, C) with the weights of this name. */
export function norm({ model, parameters }: Forward, name: string, x: Tensor): Tensor {
  const { normEpsilon } = model;
  const scale = get(parameters, `${name}.scale`);
  return model.norm === "rms" ? rmsNorm(x, scale, normEpsilon) : layerNorm(x, scale, parameters[`${name}.bias`], normEpsilon);
}
