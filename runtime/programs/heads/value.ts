import { mul, reshape, sub, sum } from "@tensorflow/tfjs-core";
import type { Head } from "./head.ts";
import { meanPooled, poolInput } from "./pooled.ts";

/** A number for each text, (rows × slots, 1), and its squared error. Devlin et al. 2019 do STS-B so, in their released code. */
export const value: Head = {
  dropped: ({ part, rows }) => rows * part.slots,
  inputs: (shape) => ({
    given: [poolInput(shape)],
    targets: ["values", "weights"].map((name) => ({ name, shape: [shape.rows * shape.part.slots], dtype: "float32" as const })),
  }),
  answers: (states, linear, inputs, shape) => linear(meanPooled(states, inputs, shape)),
  loss(answers, { values, weights }) {
    const error = sub(reshape(answers, [answers.size]), values!);
    return sum(mul(mul(error, error), weights!));
  },
};
