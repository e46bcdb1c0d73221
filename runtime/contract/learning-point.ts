import * as v from "valibot";
import { numberOrNull, shareOfOne, whole } from "./schema.ts";

/**
 * What a loss is taken of: predicted tokens, those of ELECTRA's generator, its discriminator's positions, pairs of sentences, or which of a
 * batch's texts belongs to a view.
 */
export const lossKind = v.picklist(["tokens", "generator", "discriminator", "pairs", "contrast"]);
export type LossKind = v.InferOutput<typeof lossKind>;

/** What guessing loses on the targets of a loss, nats, as a mean over them. */
export const guess = v.object({
  /** Every answer is as likely as the others. */
  uniform: v.number(),
  /** The best answer that ignores the text: tokens by their frequency (unigram), two classes by their shares; for contrast, `uniform`. */
  constant: v.number(),
  /** Each token by the one before it; where an objective predicts what follows in the text. */
  bigram: v.exactOptional(v.number()),
});
export type Guess = v.InferOutput<typeof guess>;

/** One of the losses that an objective consists of, on the validation split. */
export const partLoss = v.object({
  /** Part of a mixture or sequence; absent if the objective is none. */
  part: v.exactOptional(v.string()),
  of: lossKind,
  /** Mean over `n` targets, nats, without the weight that it has in a sum of losses; null if it is not a finite number. */
  loss: numberOrNull,
  n: whole,
  guess,
  /** The share of the way from `constant` to zero, 1 − loss ÷ constant: negative if guessing is better. Null without a loss. */
  learned: numberOrNull,
  /** Standard error of `constant` − loss over the targets. */
  standard_error: numberOrNull,
  /** Share of the part's own steps that were trained, 0 to 1. */
  trained: shareOfOne,
});
export type PartLoss = v.InferOutput<typeof partLoss>;

/** The last hidden states of different validation texts, each the mean over the text's positions. */
export const stateSpread = v.object({
  texts: whole,
  /** Mean cosine between the states of two texts: 1 if all are the same. */
  cosine: v.number(),
  /** Effective rank of the states (Roy and Vetterli 2007, equation 2): 1 to the number of texts. */
  effective_rank: v.number(),
});
export type StateSpread = v.InferOutput<typeof stateSpread>;

/** What a model had learned after a step. */
export const learningPoint = v.object({
  step: whole,
  parts: v.array(partLoss),
  /** Absent with fewer than two texts, or if a state is not finite. */
  states: v.exactOptional(stateSpread),
  /** Global norm of the step's gradient, before clipping; null if it is unknown. */
  gradient_norm: numberOrNull,
  /** How far the weights are from where they started, as a share of the norm that they started with; null if it is not finite. */
  moved: numberOrNull,
});
export type LearningPoint = v.InferOutput<typeof learningPoint>;

/** A part of an objective that was not learned. */
export const unlearnedPart = v.object({
  /** Part of a mixture or sequence; absent if the objective is none. */
  part: v.exactOptional(v.string()),
  /** Which loss. */
  of: lossKind,
  cause: v.picklist(["not finite", "worse than guessing", "not better than guessing", "stands still", "collapse"]),
  /** What was found: `no better than guessing unigrams after 30%`. */
  text: v.string(),
  /** What usually helps, in one line. */
  advice: v.string(),
});
export type UnlearnedPart = v.InferOutput<typeof unlearnedPart>;
