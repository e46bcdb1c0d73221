import { activationName, activationOf } from "./config.ts";
import { bertBody, encoderChoices } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Devlin et al. 2019. */
export const bert: Family = {
  type: "bert",
  title: "BERT",
  prefix: "bert.",
  read(config) {
    config.only("position_embedding_type", "absolute");
    config.only("is_decoder", false);
    const activation = activationOf(config, "hidden_act", "gelu");
    return {
      ...encoderChoices,
      layers: config.count("num_hidden_layers", 12),
      hidden: config.count("hidden_size", 768),
      heads: config.count("num_attention_heads", 12),
      feedForward: config.count("intermediate_size", 3072),
      context: config.count("max_position_embeddings", 512),
      activation,
      tiedEmbeddings: config.flag("tie_word_embeddings", true),
      dropout: config.number("hidden_dropout_prob", 0.1),
      vocabulary: config.count("vocab_size", 30522),
      tokenTypes: config.count("type_vocab_size", 2),
      normEpsilon: config.number("layer_norm_eps", 1e-12),
    };
  },
  write: (model) => ({
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    num_attention_heads: model.heads,
    intermediate_size: model.feedForward,
    max_position_embeddings: model.context,
    hidden_act: activationName(model.activation),
    hidden_dropout_prob: model.dropout,
    attention_probs_dropout_prob: model.dropout,
    tie_word_embeddings: model.tiedEmbeddings,
    vocab_size: model.vocabulary,
    type_vocab_size: model.tokenTypes,
    layer_norm_eps: model.normEpsilon,
  }),
  body: () => bertBody,
  prediction: {
    "prediction.transform": "cls.predictions.transform.dense",
    "prediction.norm": "cls.predictions.transform.LayerNorm",
    "projection.weight": "cls.predictions.decoder.weight",
    "projection.bias": "cls.predictions.bias",
    pooler: "bert.pooler.dense",
  },
  aliases: { "bert.pooler.dense.weight": ["pooler.dense.weight"], "bert.pooler.dense.bias": ["pooler.dense.bias"] },
  heads: {
    BertForMaskedLM: tokensHead,
    BertForSequenceClassification: {
      kind: "classification",
      layers: [
        { module: "bert.pooler.dense", activation: "tanh" },
        { module: "classifier", activation: null },
      ],
    },
    BertForTokenClassification: { kind: "tagging", layers: [{ module: "classifier", activation: null }] },
    BertForQuestionAnswering: { kind: "span", layers: [{ module: "qa_outputs", activation: null }] },
  },
};
