import { activationName, activationOf } from "./config.ts";
import { encoderChoices } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Sanh et al. 2019. */
export const distilbert: Family = {
  type: "distilbert",
  title: "DistilBERT",
  prefix: "distilbert.",
  read: (config) => ({
    ...encoderChoices,
    layers: config.count("n_layers", 6),
    hidden: config.count("dim", 768),
    heads: config.count("n_heads", 12),
    feedForward: config.count("hidden_dim", 3072),
    context: config.count("max_position_embeddings", 512),
    activation: activationOf(config, "activation", "gelu"),
    tiedEmbeddings: config.flag("tie_word_embeddings", true),
    dropout: config.number("dropout", 0.1),
    vocabulary: config.count("vocab_size", 30522),
    normEpsilon: 1e-12,
    pooler: { activation: "relu", dropsInput: false },
  }),
  sizes: (model) => ({
    n_layers: model.layers,
    dim: model.hidden,
    n_heads: model.heads,
    hidden_dim: model.feedForward,
    max_position_embeddings: model.context,
    dropout: model.dropout,
    attention_dropout: model.dropout,
    vocab_size: model.vocabulary,
  }),
  write: (model) => ({ activation: activationName(model.activation), tie_word_embeddings: model.tiedEmbeddings }),
  body: () => ({
    "embeddings.tokens": "embeddings.word_embeddings.weight",
    "encoder.positions": "embeddings.position_embeddings.weight",
    "encoder.embedding_norm": "embeddings.LayerNorm",
    "encoder.layers.N.attention.query_key_value": [
      "transformer.layer.N.attention.q_lin",
      "transformer.layer.N.attention.k_lin",
      "transformer.layer.N.attention.v_lin",
    ],
    "encoder.layers.N.attention.output": "transformer.layer.N.attention.out_lin",
    "encoder.layers.N.attention_norm": "transformer.layer.N.sa_layer_norm",
    "encoder.layers.N.feed_forward.input": "transformer.layer.N.ffn.lin1",
    "encoder.layers.N.feed_forward.output": "transformer.layer.N.ffn.lin2",
    "encoder.layers.N.feed_forward_norm": "transformer.layer.N.output_layer_norm",
  }),
  prediction: {
    "prediction.transform": "vocab_transform",
    "prediction.norm": "vocab_layer_norm",
    "projection.weight": "vocab_projector.weight",
    "projection.bias": "vocab_projector.bias",
  },
  heads: {
    DistilBertForMaskedLM: tokensHead,
    DistilBertForSequenceClassification: {
      kind: "classification",
      layers: [
        { module: "pre_classifier", activation: "relu" },
        { module: "classifier", activation: null },
      ],
    },
    DistilBertForTokenClassification: { kind: "tagging", layers: [{ module: "classifier", activation: null }] },
    DistilBertForQuestionAnswering: { kind: "span", layers: [{ module: "qa_outputs", activation: null }] },
  },
};
