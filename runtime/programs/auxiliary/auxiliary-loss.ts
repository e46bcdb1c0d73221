import type { Tensor } from "@tensorflow/tfjs-core";
import type { LossKind } from "#runtime/contract/learning-point.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Forward } from "#runtime/models/forward.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Auxiliary, Example, Layout, Side } from "#runtime/objectives/objective.ts";
import type { Arrays, TensorSpec, Tensors } from "#runtime/trace/function.ts";
import type { TokenLosses } from "../token-losses.ts";

/** A text part with an auxiliary loss of one kind, as that loss sees it. */
export interface AuxiliaryPart<A extends Auxiliary = Auxiliary> {
  /** The name of the part, which is also in the names of its weights. */
  name: string;
  layout: Layout;
  auxiliary: A;
}

/** What is known of a program before it runs. `batch`: sequences of a micro-batch. */
export interface AuxiliaryShape<A extends Auxiliary> {
  model: ResolvedModel;
  batch: number;
  layout: Layout;
  auxiliary: A;
}

/**
 * What becomes of the model's own prediction of tokens beside a loss: it is learned, kept as it was, or lost, as the weights that it
 * shares are trained without it.
 */
export type TokenPrediction = "learned" | "kept" | "lost";

/**
 * A loss that an objective has besides that of the predicted tokens, or instead of it: what it adds to a batch, to the weights and
 * to the program. One file each, listed in `auxiliary-table.ts`.
 */
export interface AuxiliaryLoss<A extends Auxiliary> {
  /** Rows that one sequence takes in a batch. */
  rows: number;
  /** A pooler comes before its head: one serves all of a model's parts. */
  pooler: boolean;
  tokenPrediction: TokenPrediction;
  /** Its weight in the sum of a part's losses. */
  factor(auxiliary: A): number;
  /** Arrays that it adds to a batch, and noise. `NAME_weights` of `name` are among them. */
  inputs(shape: AuxiliaryShape<A>): TensorSpec[];
  /** `NAME_losses` and `NAME_weights` are its losses, item by item, and their weights. */
  name: string;
  /** What the losses are called: that of the predicted tokens beside it, and its own. */
  kinds: { tokens: LossKind; own: LossKind };
  /** Weights that it adds to the model's. */
  parameters(model: ResolvedModel, part: AuxiliaryPart<A>): Parameter[];
  /** Dropout masks that it adds to the model's, with their shapes. */
  dropoutPlaces?(shape: AuxiliaryShape<A>): { name: string; shape: number[] }[];
  /**
   * Losses item by item, and those of the predicted tokens where there are some. `answers`: the right ones, item by item, where only the
   * program knows them; evaluation gives them as `NAME_answers`.
   */
  losses(forward: Forward, part: AuxiliaryPart<A>, inputs: Tensors): { tokens?: TokenLosses; own: Tensor; answers?: Tensor };
  /** For each item of a batch what guessing needs to know: of two classes the right one, 0 or 1; of a choice, among how many. */
  answers(arrays: Arrays, outputs: Arrays): ArrayLike<number>;
  /** A second row of each sequence, after all first ones. */
  secondRow?(example: Example): Side;
  /**
   * Values of its arrays, from the sequences of a batch, from its rows (second rows after all first ones), and from the `arrays` and how many
   * predictions it has already.
   */
  fill(batch: {
    examples: readonly Example[];
    rows: readonly Side[];
    layout: Layout;
    auxiliary: A;
    arrays: Arrays;
    predictions: number;
  }): Arrays;
}
