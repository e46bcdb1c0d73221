import { classLoss, classTargets } from "./class-loss.ts";
import type { Head } from "./head.ts";

/** One of several labels for each position: logits (rows × T, labels). Devlin et al. 2019, section 5.3. */
export const tags: Head = {
  dropped: ({ part, rows }) => rows * part.length,
  inputs: ({ part, rows }) => ({ given: [], targets: [...classTargets(rows * part.length)] }),
  answers: (states, linear) => linear(states),
  loss: classLoss,
};
