import { shown } from "#runtime/contract/shown.ts";
import { isGated } from "#runtime/contract/spec.ts";
import { CheckpointError, type Config } from "./config.ts";
import { type Family, type NameTable, tokensHead } from "./family.ts";

/** Raffel et al. 2020; version 1.1 by Shazeer 2020: gated feed-forward, untied projection, unscaled outputs. */
export const t5: Family = {
  type: "t5",
  title: "T5",
  prefix: "",
  read(config, has) {
    const hidden = config.count("d_model", 512);
    const layers = config.count("num_layers", 6);
    // in older files, only this setting tells the version, and thus whether embeddings are tied
    const scaled = config.flag("scale_decoder_outputs", config.flag("tie_word_embeddings", true));
    return {
      architecture: "encoder-decoder",
      layers,
      decoderLayers: config.count("num_decoder_layers", layers),
      hidden,
      heads: config.count("num_heads", 8),
      headWidth: config.count("d_kv", 64),
      feedForward: config.count("d_ff", 2048),
      context: config.count("n_positions", 512),
      position: "relative",
      relative: {
        buckets: config.count("relative_attention_num_buckets", 32),
        distance: config.count("relative_attention_max_distance", 128),
      },
      norm: "rms",
      placement: "pre",
      activation: activationOfT5(config),
      // current versions of Transformers write that every T5 is tied
      tiedEmbeddings: !(has("lm_head.weight") && !scaled) && config.flag("tie_word_embeddings", true),
      biases: false,
      dropout: config.number("dropout_rate", 0.1),
      vocabulary: config.count("vocab_size", 32128),
      scaledAttention: false,
      projectionScale: scaled ? hidden ** -0.5 : 1,
      normEpsilon: config.number("layer_norm_epsilon", 1e-6),
    };
  },
  sizes: (model) => ({
    num_layers: model.layers,
    num_decoder_layers: model.decoderLayers ?? model.layers,
    d_model: model.hidden,
    num_heads: model.heads,
    d_kv: model.headWidth ?? model.hidden / model.heads,
    d_ff: model.feedForward,
    n_positions: model.context,
    dropout_rate: model.dropout,
    vocab_size: model.vocabulary,
  }),
  write: (model) => ({
    relative_attention_num_buckets: model.relative.buckets,
    relative_attention_max_distance: model.relative.distance,
    feed_forward_proj: model.activation === "relu" ? "relu" : "gated-gelu",
    layer_norm_epsilon: model.normEpsilon,
    is_encoder_decoder: true,
    tie_word_embeddings: model.tiedEmbeddings,
    scale_decoder_outputs: model.projectionScale !== 1,
  }),
  body: ({ activation }) => ({
    "embeddings.tokens": "shared.weight",
    ...stack("encoder", isGated(activation)),
    ...stack("decoder", isGated(activation)),
  }),
  prediction: { "projection.weight": "lm_head.weight" },
  aliases: { "shared.weight": ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"] },
  heads: { T5ForConditionalGeneration: tokensHead, T5WithLMHeadModel: tokensHead },
};

function stack(name: "encoder" | "decoder", gated: boolean): NameTable {
  const [ours, theirs] = [`${name}.layers.N`, `${name}.block.N.layer`];
  const feedForward = `${theirs}.${name === "encoder" ? 1 : 2}`;
  const across = `${theirs}.1.EncDecAttention`;
  return {
    [`${name}.relative`]: `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`,
    [`${name}.norm`]: `${name}.final_layer_norm`,
    [`${ours}.attention_norm`]: `${theirs}.0.layer_norm`,
    [`${ours}.attention.query_key_value`]: ["q", "k", "v"].map((part) => `${theirs}.0.SelfAttention.${part}`),
    [`${ours}.attention.output`]: `${theirs}.0.SelfAttention.o`,
    ...(name === "encoder"
      ? {}
      : {
          [`${ours}.cross_attention_norm`]: `${theirs}.1.layer_norm`,
          [`${ours}.cross_attention.query`]: `${across}.q`,
          [`${ours}.cross_attention.key_value`]: [`${across}.k`, `${across}.v`],
          [`${ours}.cross_attention.output`]: `${across}.o`,
        }),
    [`${ours}.feed_forward_norm`]: `${feedForward}.layer_norm`,
    [`${ours}.feed_forward.input`]: (gated ? ["wi_0", "wi_1"] : ["wi"]).map((part) => `${feedForward}.DenseReluDense.${part}`),
    [`${ours}.feed_forward.output`]: `${feedForward}.DenseReluDense.wo`,
  };
}

function activationOfT5(config: Config): "relu" | "gelu_tanh" | "geglu_tanh" {
  const found = config.text("feed_forward_proj", "relu");
  if (found === "relu") return "relu";
  if (found === "gated-gelu") return "geglu_tanh";
  throw new CheckpointError(`feed_forward_proj is ${shown(found)}; relu and gated-gelu are supported`);
}
