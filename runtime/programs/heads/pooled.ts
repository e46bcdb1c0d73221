import { matMul, reshape, type Tensor } from "@tensorflow/tfjs-core";
import type { Tensors } from "#runtime/trace/function.ts";
import type { HeadShape } from "./head.ts";

/** (rows × slots, C): hidden states averaged by the rows of `pool` (rows, slots, T). */
export function meanPooled(states: Tensor, { pool }: Tensors, { part, rows }: HeadShape): Tensor {
  const hidden = states.shape[1] as number;
  return reshape(matMul(pool!, reshape(states, [rows, part.length, hidden])), [rows * part.slots, hidden]);
}

export function poolInput({ part, rows }: HeadShape) {
  return { name: "pool", shape: [rows, part.slots, part.length], dtype: "float32" } as const;
}
