import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { activationName, type Config } from "./config.ts";
import type { Sizes } from "./family.ts";

/** The settings that BERT and its successors have in common. */
export const encoderChoices = {
  architecture: "encoder",
  position: "learned",
  norm: "layer",
  placement: "post",
  biases: true,
  embeddingNorm: true,
  predictionTransform: true,
  projectionBias: "trained",
  initial: { branches: "plain", padding: 0 },
} as const;

/** The names of the encoder's weights in BERT, RoBERTa and ELECTRA. */
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

/** Defaults for missing settings. */
interface BertDefaults {
  hidden: number;
  heads: number;
  feedForward: number;
  vocabulary: number;
}

/** Reads the settings that BERT, RoBERTa and ELECTRA share. */
export function readBert(config: Config, { hidden, heads, feedForward, vocabulary }: BertDefaults) {
  config.only("position_embedding_type", "absolute");
  config.only("is_decoder", false);
  return {
    ...encoderChoices,
    layers: config.count("num_hidden_layers", 12),
    hidden: config.count("hidden_size", hidden),
    heads: config.count("num_attention_heads", heads),
    feedForward: config.count("intermediate_size", feedForward),
    context: config.count("max_position_embeddings", 512),
    tiedEmbeddings: config.flag("tie_word_embeddings", true),
    dropout: config.number("hidden_dropout_prob", 0.1),
    vocabulary: config.count("vocab_size", vocabulary),
    tokenTypes: config.count("type_vocab_size", 2),
    normEpsilon: config.number("layer_norm_eps", 1e-12),
  };
}

/** The sizes among the settings that `readBert` reads. */
export function bertSizes(model: Sizes) {
  return {
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    num_attention_heads: model.heads,
    intermediate_size: model.feedForward,
    max_position_embeddings: model.context,
    hidden_dropout_prob: model.dropout,
    attention_probs_dropout_prob: model.dropout,
    vocab_size: model.vocabulary,
  };
}

/** The settings that `readBert` reads, without the sizes. */
export function writeBert(model: ResolvedModel) {
  return {
    hidden_act: activationName(model.activation),
    tie_word_embeddings: model.tiedEmbeddings,
    type_vocab_size: model.input.types,
    layer_norm_eps: model.normEpsilon,
  };
}
