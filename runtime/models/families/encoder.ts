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

/** Where BERT, RoBERTa and ELECTRA keep the weights of their encoder. */
export const bertBody = {
  "embeddings.tokens": "embeddings.word_embeddings.weight",
  "encoder.positions": "embeddings.position_embeddings.weight",
  "encoder.types": "embeddings.token_type_embeddings.weight",
  "encoder.embedding_norm": "embeddings.LayerNorm",
  "encoder.layers.N.attention.query_key_value": [
    "encoder.layer.N.attention.self.query",
    "encoder.layer.N.attention.self.key",
    "encoder.layer.N.attention.self.value",
  ],
  "encoder.layers.N.attention.output": "encoder.layer.N.attention.output.dense",
  "encoder.layers.N.attention_norm": "encoder.layer.N.attention.output.LayerNorm",
  "encoder.layers.N.feed_forward.input": "encoder.layer.N.intermediate.dense",
  "encoder.layers.N.feed_forward.output": "encoder.layer.N.output.dense",
  "encoder.layers.N.feed_forward_norm": "encoder.layer.N.output.LayerNorm",
};
