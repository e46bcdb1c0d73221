import type { Tensor } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Visibility } from "#runtime/contract/spec.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { choicesOf } from "./choices.ts";
import type { Dropout } from "./operations/dropout.ts";
import { layerNorm, rmsNorm } from "./operations/layer-norm.ts";

/** `Visibility`, with the positions of a prefix (B, T): 1 where the whole segment sees it. */
export type Visible = Exclude<Visibility, "prefix"> | { prefix: Tensor };

/** One side's input: B sequences of T positions; all int32. */
export interface Sequence {
  /** (B, T) */
  tokens: Tensor;
  /** (B, T): position inside the document's part of the sequence. */
  positions: Tensor;
  /** (B, T): attention never crosses segments; 0 is padding. */
  segments: Tensor;
  /** (B, T): segments of the positions as others see them, where that differs. */
  keys?: Tensor;
  /** Who sees whom, which no model decides: one set of weights may read in each way. */
  visible: Visible;
  /** (B, T): token types; left out: all 0. */
  types?: Tensor;
  /** (N): places b × T + t whose states are wanted of the stack that reads this; left out: all. */
  wanted?: Tensor;
}

export interface Forward {
  model: ResolvedModel;
  parameters: Tensors;
  dropout: Dropout;
  /** Groups of a batch's sequences that go through the blocks each on its own way (side-by-side.ts); left out: 1. */
  groups?: number;
  /**
   * Called with what lies inside: `STACK.hidden_states.N` (B × T, C), N from 0 (embeddings) to the number of blocks (the stack's
   * output), and `STACK.layers.N.attention.weights` (B, H, Tq, Tk), likewise `cross_attention.weights`.
   */
  observe?(name: string, value: Tensor): void;
}

export function get(parameters: Tensors, name: string): Tensor {
  const found = parameters[name];
  if (!found) throw new Error(`the model has no parameter ${name}`);
  return found;
}

/** x (N, C) normalised by the weights of that name. */
export function norm({ model, parameters }: Forward, name: string, x: Tensor): Tensor {
  const { normEpsilon } = choicesOf(model);
  const scale = get(parameters, `${name}.scale`);
  return model.norm === "rms" ? rmsNorm(x, scale, normEpsilon) : layerNorm(x, scale, parameters[`${name}.bias`], normEpsilon);
}
