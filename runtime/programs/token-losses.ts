import { gather, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import type { TokenLossSettings } from "#runtime/contract/spec.ts";
import { negativeLogLikelihood, project, projectedCrossEntropy } from "#runtime/models/operations/cross-entropy.ts";
import { type Forward, predictionStates, targetProjection, transformer } from "#runtime/models/transformer.ts";
import { type Layout, predictsInPlace } from "#runtime/objectives/objective.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { sequencesOf } from "./sequence.ts";

/** Losses of the predicted targets, as a weighted sum or one by one, and the logits that targets are drawn from. */
export interface TokenLosses {
  loss(weights: Tensor, settings?: TokenLossSettings): Tensor;
  each(): Tensor;
  logits(): Tensor;
}

/** The losses for hidden states (P, C) at the positions that predict. */
export function tokenLosses(forward: Forward, states: Tensor, inputs: Tensors): TokenLosses {
  const predicting = predictionStates(forward, states);
  const projection = targetProjection(forward);
  return {
    loss: (weights, settings) => projectedCrossEntropy(predicting, projection, inputs.targets!, weights, settings),
    each: () => negativeLogLikelihood(predicting, projection, inputs.targets!),
    logits: () => project(predicting, projection),
  };
}

/**
 * Hidden states (P, C) where something is predicted. Where that is at few positions, the last block computes what only a position
 * itself reads for these alone.
 */
export function predictingStates(forward: Forward, layout: Layout, inputs: Tensors): Tensor {
  const { context, decoderContext, predicted } = layout;
  const few = predicted < (decoderContext || context) / 2;
  const targetPositions = few ? { targetPositions: inputs.predict! } : {};
  const { input, target } = sequencesOf(inputs, layout);
  const states = target
    ? transformer(forward, input, { ...target, ...targetPositions })
    : transformer(forward, { ...input, ...targetPositions });
  return few || predictsInPlace(layout) ? states : gather(states as Tensor2D, inputs.predict as Tensor1D);
}
