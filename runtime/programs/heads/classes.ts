import { classLoss, classTargets } from "./cross-entropy.ts";
import type { Head } from "./head.ts";
import { pooled, poolInput } from "./pooled.ts";

/** One of several labels for each text: logits (rows × slots, labels). Devlin et al. 2019, section 4.1. */
export const classes: Head = {
  dropped: ({ part, rows }) => rows * part.slots,
  inputs: (shape) => ({ given: [poolInput(shape)], targets: [...classTargets(shape.rows * shape.part.slots)] }),
  answers: (states, linear, inputs, shape) => linear(pooled(states, inputs, shape)),
  loss: classLoss,
};
