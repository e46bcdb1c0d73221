import { add, reshape, transpose } from "@tensorflow/tfjs-core";
import { classLoss, classTargets } from "./class-loss.ts";
import type { Head } from "./head.ts";

/**
 * Where an answer begins and ends: logits (rows × 2, T), of a row first those of the beginning. `outside` (rows, T) is 0 where an
 * answer may be, a large negative number elsewhere. Devlin et al. 2019, sections 4.2 and 4.3.
 */
export const span: Head = {
  dropped: () => 0,
  inputs: ({ part, rows }) => ({
    given: [{ name: "outside", shape: [rows, part.length], dtype: "float32" }],
    targets: [...classTargets(rows * 2)],
  }),
  answers(states, linear, { outside }, { part, rows }) {
    const sides = transpose(reshape(linear(states), [rows, part.length, 2]), [0, 2, 1]);
    return reshape(add(sides, reshape(outside!, [rows, 1, part.length])), [rows * 2, part.length]);
  },
  loss: classLoss,
};
