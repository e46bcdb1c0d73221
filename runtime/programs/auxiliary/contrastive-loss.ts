import { matMul, reshape, split, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import type { Pooling } from "#runtime/contract/spec.ts";
import { contrast as contrastLosses } from "#runtime/models/operations/contrast.ts";
import { transformer } from "#runtime/models/transformer.ts";
import type { Auxiliary, Side } from "#runtime/objectives/objective.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { float } from "../inputs.ts";
import { sequencesOf } from "../sequence.ts";
import type { AuxiliaryLoss } from "./auxiliary-loss.ts";

/**
 * Sequences come as two views, and each text is told apart by its vector from the others of the batch (Gao et al. 2021, SimCSE, equation 1). Second
 * views are rows after all first ones. In a batch: `pool` [2B, slots, T], which makes one vector of a text's hidden states, `present`
 * and `contrast_weights` [B × slots].
 */
export const contrastiveLoss: AuxiliaryLoss<Extract<Auxiliary, { kind: "contrast" }>> = {
  name: "contrast",
  kinds: { tokens: "tokens", own: "contrast" },
  rows: 2,
  pooler: false,
  tokenPrediction: "kept",
  factor: () => 1,

  inputs: ({ batch, layout: { context }, auxiliary: { slots } }) => [
    float("pool", [2 * batch, slots, context]),
    float("present", [batch * slots]),
    float("contrast_weights", [batch * slots]),
  ],

  parameters: () => [],

  losses(forward, { layout, auxiliary }, inputs) {
    const { hidden } = forward.model;
    const states = transformer(forward, sequencesOf(inputs, layout).input);
    const [rows, slots, length] = inputs.pool!.shape as [number, number, number];
    const texts = reshape(matMul(inputs.pool!, reshape(states, [rows, length, hidden])), [rows * slots, hidden]) as Tensor2D;
    const [one, other] = split(texts, 2) as [Tensor, Tensor];
    return { own: contrastLosses(one, other, inputs.present!, auxiliary.temperature) };
  },

  answers({ present }) {
    const texts = (present as Float32Array).reduce((sum, each) => sum + each, 0);
    return new Float32Array(present!.length).fill(texts);
  },

  secondRow: ({ view }) => view ?? { tokens: [], positions: [], segments: [] },

  fill: ({ rows, layout, auxiliary }) => pooledTexts(rows, auxiliary, layout.context),
};

/** Texts are numbered by their segments, from 1. */
function pooledTexts(rows: readonly Side[], { slots, pool: pooling }: { slots: number; pool: Pooling }, context: number): Arrays {
  const pool = new Float32Array(rows.length * slots * context);
  const present = new Float32Array((rows.length * slots) / 2);
  rows.forEach(({ segments }, row) => {
    for (const { segment, start, end } of runsOf(segments)) {
      if (segment > slots) throw new RangeError(`text ${segment} in a layout of ${slots}`);
      const text = row * slots + segment - 1;
      if (text < present.length) present[text] = 1;
      if (pooling === "mean") pool.fill(1 / (end - start), text * context + start, text * context + end);
      else pool[text * context + (pooling === "first" ? start : end - 1)] = 1;
    }
  });
  return { pool, present, contrast_weights: present.slice() };
}

/** Positions of one segment are adjacent. */
function runsOf(segments: readonly number[]): { segment: number; start: number; end: number }[] {
  const runs: { segment: number; start: number; end: number }[] = [];
  segments.forEach((segment, at) => {
    const last = runs.at(-1);
    if (last?.segment === segment) last.end = at + 1;
    else runs.push({ segment, start: at, end: at + 1 });
  });
  return runs;
}
