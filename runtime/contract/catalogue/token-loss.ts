import type { Key } from "./types.ts";

/** What a pre-training may add to the cross-entropy of predicted tokens. */
export const tokenLossSettings = [
  {
    name: "label_smoothing",
    value: { type: "share", belowMax: true },
    default: "0%",
    help: "Share of the probability of each predicted token that its target gives to the whole vocabulary, evenly. Validation and test are scored without it.",
    formula: "y'_v = (1 - \\epsilon) y_v + \\epsilon / V",
    source: "Szegedy et al. 2016, Rethinking the Inception Architecture, section 7",
    example: "label_smoothing: 10%",
  },
  {
    name: "z_loss",
    value: { type: "number", min: 0 },
    default: "0",
    help: "Factor of the squared logarithm of the softmax's normaliser, which is added to the loss of predicted tokens and keeps logits near zero; the usual value is 1e-4. Validation and test are scored without it.",
    formula: "\\zeta \\log^2 Z",
    source: "Chowdhery et al. 2022, PaLM, section 5",
    example: "z_loss: 1e-4",
  },
] as const satisfies readonly Key[];

/** Their names. */
export const tokenLossKeys = ["label_smoothing", "z_loss"] as const satisfies readonly (typeof tokenLossSettings)[number]["name"][];
