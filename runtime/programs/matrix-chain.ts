import { matMul, slice, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import type { Program } from "#runtime/trace/function.ts";

/**
 * `chain`: a, a b, a b b, … of square matrices, each product from the one before it; out comes one number of the last, so that none
 * can be left out. What a machine's matrix products can reach is measured with it.
 */
export function matrixChain(size: number, products: number): Program {
  return {
    state: ["a", "b"].map((name) => ({ name, shape: [size, size], dtype: "float32" })),
    functions: [
      {
        name: "chain",
        reads: ["a", "b"],
        inputs: [],
        call({ a, b }) {
          let product = a as Tensor;
          for (let i = 0; i < products; i++) product = matMul(product as Tensor2D, b as Tensor2D);
          return { state: {}, outputs: { corner: slice(product as Tensor2D, [0, 0], [1, 1]) } };
        },
      },
    ],
  };
}
