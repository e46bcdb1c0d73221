import { activationName } from "./config.ts";
import { bertBody, encoderChoices } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Liu et al. 2019. Positions are counted from behind the padding token. */
export const roberta: Family = {
  type: "roberta",
  title: "RoBERTa",
  prefix: "roberta.",
  read(config) {
    config.only("position_embedding_type", "absolute");
    config.only("is_decoder", false);
    // its head for masked tokens has GELU whatever the blocks have
    config.only("hidden_act", "gelu");
    const positionOffset = config.number("pad_token_id", 1) + 1;
    return {
      ...encoderChoices,
      layers: config.count("num_hidden_layers", 12),
      hidden: config.count("hidden_size", 768),
      heads: config.count("num_attention_heads", 12),
      feedForward: config.count("intermediate_size", 3072),
      context: config.count("max_position_embeddings", 512) - positionOffset,
      positionOffset,
      activation: "gelu",
      tiedEmbeddings: config.flag("tie_word_embeddings", true),
      dropout: config.number("hidden_dropout_prob", 0.1),
      vocabulary: config.count("vocab_size", 50265),
      tokenTypes: config.count("type_vocab_size", 2),
      normEpsilon: config.number("layer_norm_eps", 1e-12),
      pooler: { activation: "tanh", dropsInput: true },
    };
  },
  write: (model) => ({
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    num_attention_heads: model.heads,
    intermediate_size: model.feedForward,
    max_position_embeddings: model.context + model.positionOffset,
    pad_token_id: model.positionOffset - 1,
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
    "prediction.transform": "lm_head.dense",
    "prediction.norm": "lm_head.layer_norm",
    "projection.weight": "lm_head.decoder.weight",
    "projection.bias": "lm_head.bias",
  },
  heads: {
    RobertaForMaskedLM: tokensHead,
    RobertaForSequenceClassification: {
      kind: "classification",
      layers: [
        { module: "classifier.dense", activation: "tanh" },
        { module: "classifier.out_proj", activation: null },
      ],
    },
    RobertaForTokenClassification: { kind: "tagging", layers: [{ module: "classifier", activation: null }] },
    RobertaForQuestionAnswering: { kind: "span", layers: [{ module: "qa_outputs", activation: null }] },
  },
};
