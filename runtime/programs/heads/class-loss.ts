import type { Tensor } from "@tensorflow/tfjs-core";
import { crossEntropy } from "#runtime/models/operations/cross-entropy.ts";
import type { Tensors } from "#runtime/trace/function.ts";

/** Σ weightsᵢ · −log softmax(logits)ᵢ,labelᵢ of logits (N, K). */
export function classLoss(logits: Tensor, { labels, weights }: Tensors): Tensor {
  return crossEntropy(logits, labels!, weights!);
}

/** `labels` and `weights` of so many answers. */
export function classTargets(count: number) {
  return [
    { name: "labels", shape: [count], dtype: "int32" },
    { name: "weights", shape: [count], dtype: "float32" },
  ] as const;
}
