/** What BERT and those after it have in common. */
export const encoderChoices = {
  architecture: "encoder",
  position: "learned",
  norm: "layer",
  placement: "post",
  biases: true,
  embeddingNorm: true,
  predictionTransform: true,
  projectionBias: "trained",
} as const;
