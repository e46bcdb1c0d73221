import { completeTokenModel, withSizes } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { ModelFamily } from "#runtime/contract/spec.ts";
import { configOf } from "./config.ts";
import type { FamilyName, Sizes } from "./family.ts";
import { families } from "./family-table.ts";

/** The settings of published models in config.json, if they differ from the defaults of their class. */
const published: Record<ModelFamily, { family: FamilyName; config?: Record<string, unknown>; ownProjection?: true }> = {
  bert: { family: "bert" },
  roberta: { family: "roberta", config: { type_vocab_size: 1, layer_norm_eps: 1e-5 } },
  distilbert: { family: "distilbert" },
  electra: { family: "electra" },
  gpt2: { family: "gpt2" },
  llama: { family: "llama", ownProjection: true },
  t5: { family: "t5" },
  "t5-v1_1": { family: "t5", config: { feed_forward_proj: "gated-gelu", tie_word_embeddings: false }, ownProjection: true },
  bart: { family: "bart" },
};

/**
 * A new model of a family, with its own sizes and everything else as Transformers builds it from a configuration with these sizes. Also
 * works for sizes that are not possible. `pad`: id of the padding token.
 */
export function declaredModel(name: ModelFamily, sizes: Sizes, pad = 0): ResolvedModel {
  const { family, config, ownProjection } = published[name];
  const { title, read, sizes: told } = families[family];
  const has = (tensor: string) => tensor === "lm_head.weight" && ownProjection === true;
  // the vocabulary may be unknown yet, and heads may not divide the width; no setting depends on them
  const model = completeTokenModel(read(configOf({ ...told({ ...sizes, heads: 1, vocabulary: 1 }), ...config }, title), has));
  const { branches, padding } = model.initial;
  return withSizes(model, {
    heads: sizes.heads,
    input: { ...model.input, vocabulary: sizes.vocabulary },
    targets: { classes: sizes.vocabulary },
    initial: { branches, padding: padding === null ? null : pad },
  });
}
