import type { Tensor } from "@tensorflow/tfjs-core";
import type { InputKind, InputOf, ResolvedModel } from "#runtime/contract/plan.ts";
import type { Arrays, TensorSpec, Tensors } from "#runtime/trace/function.ts";
import type { Parameter } from "../parameters.ts";

/** What a model reads at each position of a row, as values. */
export interface InputValues {
  tokens: readonly number[];
}

/**
 * Turns what a model reads into a vector for each position. Positions, norm, projection and dropout follow and are the same for every kind.
 * One file each, listed in `embedder-table.ts`.
 */
export interface Embedder<K extends InputKind> {
  /** Weights that all stacks share. */
  parameters(input: InputOf<K>, model: ResolvedModel): Parameter[];
  /** Weights of the stack of this name, after those of its positions. */
  stackParameters(input: InputOf<K>, model: ResolvedModel, stack: string): Parameter[];
  /** Arrays of a batch that it reads, `rows` rows of `length` positions. */
  arrays(input: InputOf<K>, rows: number, length: number): TensorSpec[];
  /** Arrays that it reads as well if a row may have several texts. */
  partArrays(input: InputOf<K>, rows: number, length: number): TensorSpec[];
  /** Values of `arrays`: rows of `length` positions, those after the end filled with `padding`. */
  fill(rows: readonly InputValues[K][], length: number, padding: InputValues[K][number]): Arrays;
  /** (B × T, W), with W the embedding width. `arrays`: those of the batch, by their names. */
  embed(input: InputOf<K>, parameters: Tensors, arrays: Tensors): Tensor;
  /** (B × T, W) or (1, W), which is added after the positions; undefined: nothing is. */
  added(input: InputOf<K>, parameters: Tensors, arrays: Tensors, stack: string): Tensor | undefined;
  /** Name of the weight (classes, W) that also is the projection to the targets if embeddings are tied; null: they cannot be. */
  tied: string | null;
}
