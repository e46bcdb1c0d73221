import { gather, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { poolerOutput } from "#runtime/models/apply-head.ts";
import { embedderOf } from "#runtime/models/embedders/embedder-table.ts";
import { linear } from "#runtime/models/linear.ts";
import { classLosses } from "#runtime/models/operations/cross-entropy.ts";
import { headParameters } from "#runtime/models/parameters.ts";
import { transformer } from "#runtime/models/transformer.ts";
import type { Auxiliary } from "#runtime/objectives/objective.ts";
import { padded } from "#runtime/trace/padded.ts";
import { float, int } from "../inputs.ts";
import { sequencesOf } from "../sequence.ts";
import { tokenLosses } from "../token-losses.ts";
import type { AuxiliaryLoss } from "./auxiliary-loss.ts";

/**
 * A class for each pair of texts: the pooler and a linear layer on the hidden state of the pair's first token (Devlin et al. 2019,
 * section 3.1 and released code). In a batch: `pair_positions` (b × T + t), `pair_labels` and `pair_weights` [B × slots], and `types`
 * [B, T] where the model has token types to tell texts apart.
 */
export const sentencePairLoss: AuxiliaryLoss<Extract<Auxiliary, { kind: "sentence_pairs" }>> = {
  name: "pair",
  kinds: { tokens: "tokens", own: "pairs" },
  rows: 1,
  pooler: true,
  tokenPrediction: "learned",
  factor: () => 1,

  inputs({ model: { input }, batch, layout, auxiliary }) {
    const pairs = [batch * auxiliary.slots];
    const parts = embedderOf(input).partArrays(input, batch, layout.context);
    return [...parts, int("pair_positions", pairs), int("pair_labels", pairs), float("pair_weights", pairs)];
  },

  parameters: (model, part) => headParameters(model, headOf(part), 2),

  losses(forward, part, inputs) {
    const states = transformer(forward, sequencesOf(inputs, part.layout).input) as Tensor2D;
    const tokens = tokenLosses(forward, gather(states, inputs.predict as Tensor1D), inputs);
    const first = gather(states, inputs.pair_positions as Tensor1D);
    return {
      tokens,
      own: classLosses(linear(forward.parameters, `heads.${headOf(part)}`, poolerOutput(forward, first)), inputs.pair_labels!),
    };
  },

  answers: ({ pair_labels }) => pair_labels!,

  fill({ examples, layout: { context }, auxiliary: { slots } }) {
    const size = examples.length * slots;
    const [positions, labels, weights] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
    examples.forEach(({ pairs = [] }, b) => {
      if (pairs.length > slots) throw new RangeError(`${pairs.length} pairs in a layout of ${slots}`);
      pairs.forEach(({ position, label }, slot) => {
        const at = b * slots + slot;
        [positions[at], labels[at], weights[at]] = [b * context + position, label, 1];
      });
    });
    const types = padded(
      examples.map((example) => example.types ?? []),
      context,
      0,
    );
    return { types, pair_positions: positions, pair_labels: labels, pair_weights: weights };
  },
};

const headOf = ({ name }: { name: string }) => `${name}.pairs`;
