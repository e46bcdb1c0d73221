import { bertBody, bertSizes, readBert, writeBert } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Clark et al. 2020: the discriminator or, as ElectraForMaskedLM, the generator. */
export const electra: Family = {
  type: "electra",
  title: "ELECTRA",
  prefix: "electra.",
  read(config) {
    // its heads have GELU whatever the activation of the blocks is
    config.only("hidden_act", "gelu");
    return {
      ...readBert(config, { hidden: 256, heads: 4, feedForward: 1024, vocabulary: 30522 }),
      embeddingWidth: config.count("embedding_size", 128),
      activation: "gelu",
      pooler: { activation: "gelu", dropsInput: true },
    };
  },
  sizes: (model) => ({ ...bertSizes(model), embedding_size: model.hidden }),
  write: (model) => ({ ...writeBert(model), embedding_size: model.embeddingWidth }),
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
