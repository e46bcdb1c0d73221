import { classLoss, classTargets } from "./class-loss.ts";
import type { Head } from "./head.ts";
import { meanPooled, poolInput } from "./pooled.ts";

/** One of several labels for each text: logits (rows × slots, labels). Devlin et al. 2019, section 4.1. */
export const classes: Head = {
  dropped: ({ part, rows }) => rows * part.slots,
  inputs: (shape) => ({ given: [poolInput(shape)], targets: [...classTargets(shape.rows * shape.part.slots)] }),
  answers: (states, linear, inputs, shape) => linear(meanPooled(states, inputs, shape)),
  loss: classLoss,
};
