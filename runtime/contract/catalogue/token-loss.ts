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

/** An average of the weights. */
export const averageSetting = {
  name: "ema",
  value: { type: "number", min: 0, max: 1, belowMax: true },
  default: "0",
  help: "Decay of an exponential moving average of the weights, which begins with those after the first step. The averaged weights are those that are scored, saved and fine-tuned; 0: there is no average. Usual values are 0.99 to 0.9999, with an average over 1 / (1 - ema) steps.",
  formula: "\\bar\\theta_t = \\alpha \\bar\\theta_{t-1} + (1 - \\alpha) \\theta_t",
  source: "Polyak and Juditsky 1992; Izmailov et al. 2018, Averaging Weights Leads to Wider Optima and Better Generalization",
  example: "ema: 0.999",
} as const satisfies Key;

/** Names of settings of a pre-training that the specification omits where they are 0. */
export const omittedKeys = ["label_smoothing", "z_loss", averageSetting.name] as const;

/** Names of those about predicted tokens. */
export const tokenLossKeys = ["label_smoothing", "z_loss"] as const satisfies readonly (typeof tokenLossSettings)[number]["name"][];
