import { activationOf } from "./config.ts";
import { bertBody, bertSizes, readBert, writeBert } from "./encoder.ts";
import { type Family, tokensHead } from "./family.ts";

/** Devlin et al. 2019. */
export const bert: Family = {
  type: "bert",
  title: "BERT",
  prefix: "bert.",
  read: (config) => ({
    ...readBert(config, { hidden: 768, heads: 12, feedForward: 3072, vocabulary: 30522 }),
    activation: activationOf(config, "hidden_act", "gelu"),
  }),
  sizes: bertSizes,
  write: writeBert,
  body: () => bertBody,
  prediction: {
    "prediction.transform": "cls.predictions.transform.dense",
    "prediction.norm": "cls.predictions.transform.LayerNorm",
    "projection.weight": "cls.predictions.decoder.weight",
    "projection.bias": "cls.predictions.bias",
    pooler: "bert.pooler.dense",
  },
  aliases: {
    "cls.predictions.bias": ["cls.predictions.decoder.bias"],
    "bert.pooler.dense.weight": ["pooler.dense.weight"],
    "bert.pooler.dense.bias": ["pooler.dense.bias"],
  },
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
