import { gather, mul, relu, reshape, sigmoid, sub, type Tensor, type Tensor1D, tensor1d } from "@tensorflow/tfjs-core";
import type { FamilyHead, HeadLayer } from "./families/family.ts";
import type { Forward } from "./forward.ts";
import { linear } from "./linear.ts";
import { drop } from "./operations/dropout.ts";
import { gelu } from "./operations/gelu.ts";
import { pooler } from "./parameters.ts";

/** Our name of a layer of a head. */
export const headLayerName = (index: number) => `head.${index}`;

/**
 * Applies the head of a checkpoint to the last hidden states (B × T, C): logits of the sequence (B, labels) or of each position
 * (B × T, labels).
 */
export function applyHead({ parameters }: Forward, { kind, layers }: FamilyHead, states: Tensor, batch: number): Tensor {
  let x = kind === "classification" ? firstPositions(states, batch) : states;
  for (const [i, { activation }] of layers.entries()) x = activateHead(activation, linear(parameters, headLayerName(i), x));
  return x;
}

function firstPositions(states: Tensor, batch: number): Tensor {
  const [rows, width] = states.shape as [number, number];
  const starts = Int32Array.from({ length: batch }, (_, row) => (row * rows) / batch);
  return reshape(gather(states, tensor1d(starts, "int32") as Tensor1D), [batch, width]);
}

/**
 * The layer before a head that reads the first token, x (N, C) → (N, C). Its activation is tanh in BERT's released code, and another one in
 * Transformers' classifiers of other families.
 */
export function poolerOutput({ model, parameters, dropout }: Forward, x: Tensor): Tensor {
  const { activation, dropsInput } = model.pooler;
  return activateHead(activation, linear(parameters, pooler, dropsInput ? drop(x, dropout, pooler) : x));
}

function activateHead(activation: HeadLayer["activation"], x: Tensor): Tensor {
  if (activation === null) return x;
  if (activation === "gelu") return gelu(x);
  if (activation === "relu") return relu(x);
  // tanh x = 2σ(2x) − 1
  return sub(mul(sigmoid(mul(x, 2)), 2), 1);
}
