import { gather, type Tensor, type Tensor1D, type Tensor2D, unsortedSegmentSum } from "@tensorflow/tfjs-core";
import { differentiable } from "./kernel.ts";

/** Looks up rows of a table (V, C) by ids (N), int32 → (N, C). */
export function embed(table: Tensor, ids: Tensor): Tensor {
  return differentiable([table], ([table]) => ({
    value: gather(table as Tensor2D, ids as Tensor1D),
    saved: [ids],
    gradient: (dy, [ids]) => [unsortedSegmentSum(dy, ids as Tensor1D, table!.shape[0] as number)],
  }));
}
