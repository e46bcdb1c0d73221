import { add, reshape, slice, type Tensor } from "@tensorflow/tfjs-core";
import { scaledMatMul } from "#runtime/models/operations/kernel.ts";
import type { Program } from "#runtime/trace/function.ts";
import type { Graph } from "#runtime/trace/graph.ts";
import { isProduct } from "#runtime/trace/graph-cost.ts";

/**
 * `products`: the matrix products of a graph and nothing else, each of operands of its own; out comes one number that all of them
 * have a part in, so that none can be left out. What the rest of a step costs is measured with it.
 */
export function productsProgram({ nodes }: Graph): Program {
  const products = nodes.filter(isProduct);
  const operands = products.flatMap(({ inputs: [a, b] }, i) => [
    { name: `a${i}`, shape: a!.shape, dtype: "float32" as const },
    { name: `b${i}`, shape: b!.shape, dtype: "float32" as const },
  ]);
  return {
    state: operands,
    functions: [
      {
        name: "products",
        reads: operands.map(({ name }) => name),
        inputs: [],
        call(state) {
          const corners = products.map(({ attributes: { transposeA, transposeB } }, i) => {
            const product = scaledMatMul(state[`a${i}`]!, state[`b${i}`]!, {
              transposeA: transposeA === true,
              transposeB: transposeB === true,
            });
            const { shape } = product;
            return reshape(
              slice(
                product,
                shape.map(() => 0),
                shape.map(() => 1),
              ),
              [1],
            );
          });
          return { state: {}, outputs: { corners: corners.reduce((sum: Tensor, corner) => add(sum, corner)) } };
        },
      },
    ],
  };
}
