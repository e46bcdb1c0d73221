import { bertBody, bertSizes, readBert, writeBert } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Liu et al. 2019. Positions are numbered from the padding index plus one. */
export const roberta: Family = {
  type: "roberta",
  title: "RoBERTa",
  prefix: "roberta.",
  read(config) {
    // its head for masked tokens has GELU whatever the activation of the blocks is
    config.only("hidden_act", "gelu");
    const shared = readBert(config, { hidden: 768, heads: 12, feedForward: 3072, vocabulary: 50265 });
    const positionOffset = config.number("pad_token_id", 1) + 1;
    return {
      ...shared,
      context: shared.context - positionOffset,
      positionOffset,
      activation: "gelu",
      pooler: { activation: "tanh", dropsInput: true },
    };
  },
  sizes: (model) => ({ ...bertSizes(model), max_position_embeddings: model.context + 2 }),
  write: (model) => ({
    ...writeBert(model),
    max_position_embeddings: model.context + model.positionOffset,
    pad_token_id: model.positionOffset - 1,
  }),
  body: () => bertBody,
  prediction: {
    "prediction.transform": "lm_head.dense",
    "prediction.norm": "lm_head.layer_norm",
    "projection.weight": "lm_head.decoder.weight",
    "projection.bias": "lm_head.bias",
  },
  aliases: { "lm_head.bias": ["lm_head.decoder.bias"] },
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
