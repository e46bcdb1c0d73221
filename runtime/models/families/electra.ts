import { activationName } from "./config.ts";
import { bertBody, encoderChoices } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Clark et al. 2020: the discriminator or, as ElectraForMaskedLM, the generator. */
export const electra: Family = {
  type: "electra",
  title: "ELECTRA",
  prefix: "electra.",
  read(config) {
    config.only("position_embedding_type", "absolute");
    config.only("is_decoder", false);
    // its heads have GELU whatever the blocks have
    config.only("hidden_act", "gelu");
    const hidden = config.count("hidden_size", 256);
    return {
      ...encoderChoices,
      layers: config.count("num_hidden_layers", 12),
      hidden,
      embeddingWidth: config.count("embedding_size", 128),
      heads: config.count("num_attention_heads", 4),
      feedForward: config.count("intermediate_size", 1024),
      context: config.count("max_position_embeddings", 512),
      activation: "gelu",
      tiedEmbeddings: config.flag("tie_word_embeddings", true),
      dropout: config.number("hidden_dropout_prob", 0.1),
      vocabulary: config.count("vocab_size", 30522),
      tokenTypes: config.count("type_vocab_size", 2),
      normEpsilon: config.number("layer_norm_eps", 1e-12),
      pooler: { activation: "gelu", dropsInput: true },
    };
  },
  write: (model) => ({
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    embedding_size: model.embeddingWidth,
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
  body: () => ({ ...bertBody, "encoder.embedding_projection": "embeddings_project" }),
  prediction: {
    "prediction.transform": "generator_predictions.dense",
    "prediction.norm": "generator_predictions.LayerNorm",
    "projection.weight": "generator_lm_head.weight",
    "projection.bias": "generator_lm_head.bias",
  },
  heads: {
    ElectraForPreTraining: {
      kind: "discriminator",
      layers: [
        { module: "discriminator_predictions.dense", activation: "gelu" },
        { module: "discriminator_predictions.dense_prediction", activation: null },
      ],
    },
    ElectraForMaskedLM: tokensHead,
    ElectraForSequenceClassification: {
      kind: "classification",
      layers: [
        { module: "classifier.dense", activation: "gelu" },
        { module: "classifier.out_proj", activation: null },
      ],
    },
    ElectraForTokenClassification: { kind: "tagging", layers: [{ module: "classifier", activation: null }] },
    ElectraForQuestionAnswering: { kind: "span", layers: [{ module: "qa_outputs", activation: null }] },
  },
};
