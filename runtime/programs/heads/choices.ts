import { add, reshape } from "@tensorflow/tfjs-core";
import { classLoss, classTargets } from "./class-loss.ts";
import type { Head } from "./head.ts";
import { meanPooled, poolInput } from "./pooled.ts";

/**
 * One of several texts: a number for each, logits (examples, choices). `absent` is 0, or a large negative number where an example
 * has fewer choices. Devlin et al. 2019, section 4.4.
 */
export const choices: Head = {
  dropped: ({ part, rows }) => rows * part.slots,
  inputs(shape) {
    const examples = shape.rows / shape.part.rows;
    return {
      given: [poolInput(shape), { name: "absent", shape: [examples, shape.part.rows], dtype: "float32" }],
      targets: [...classTargets(examples)],
    };
  },
  answers(states, linear, inputs, shape) {
    const scores = linear(meanPooled(states, inputs, shape));
    return add(reshape(scores, [shape.rows / shape.part.rows, shape.part.rows]), inputs.absent!);
  },
  loss: classLoss,
};
