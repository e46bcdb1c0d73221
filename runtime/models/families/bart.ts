import { activationName, activationOf } from "./config.ts";
import { type Family, type NameTable, tokensHead } from "./family.ts";

/** Lewis et al. 2020. */
export const bart: Family = {
  type: "bart",
  title: "BART",
  prefix: "model.",
  read(config, has) {
    const hidden = config.count("d_model", 1024);
    const [heads, feedForward] = [config.count("encoder_attention_heads", 16), config.count("encoder_ffn_dim", 4096)];
    config.only("decoder_attention_heads", heads);
    config.only("decoder_ffn_dim", feedForward);
    const layers = config.count("encoder_layers", 12);
    return {
      architecture: "encoder-decoder",
      layers,
      decoderLayers: config.count("decoder_layers", layers),
      hidden,
      heads,
      feedForward,
      context: config.count("max_position_embeddings", 1024),
      position: "learned",
      positionOffset: 2,
      norm: "layer",
      placement: "post",
      activation: activationOf(config, "activation_function", "gelu"),
      tiedEmbeddings: config.flag("tie_word_embeddings", true),
      biases: true,
      dropout: config.number("dropout", 0.1),
      vocabulary: config.count("vocab_size", 50265),
      embeddingNorm: true,
      initial: { branches: "plain", padding: 0 },
      embeddingScale: config.flag("scale_embedding", false) ? Math.sqrt(hidden) : 1,
      projectionBias: has("final_logits_bias") ? "fixed" : "none",
    };
  },
  sizes: (model) => ({
    encoder_layers: model.layers,
    decoder_layers: model.decoderLayers ?? model.layers,
    d_model: model.hidden,
    encoder_attention_heads: model.heads,
    decoder_attention_heads: model.heads,
    encoder_ffn_dim: model.feedForward,
    decoder_ffn_dim: model.feedForward,
    max_position_embeddings: model.context,
    dropout: model.dropout,
    attention_dropout: model.dropout,
    vocab_size: model.vocabulary,
  }),
  write: (model) => ({
    activation_function: activationName(model.activation),
    tie_word_embeddings: model.tiedEmbeddings,
    scale_embedding: model.embeddingScale !== 1,
    is_encoder_decoder: true,
  }),
  body: () => ({ "embeddings.tokens": "shared.weight", ...stack("encoder"), ...stack("decoder") }),
  prediction: { "projection.weight": "lm_head.weight", "projection.bias": "final_logits_bias" },
  rows: ["final_logits_bias"],
  aliases: { "shared.weight": ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"] },
  heads: { BartForConditionalGeneration: tokensHead },
};

function stack(name: "encoder" | "decoder"): NameTable {
  const block = `${name}.layers.N`;
  return {
    [`${name}.positions`]: `${name}.embed_positions.weight`,
    [`${name}.embedding_norm`]: `${name}.layernorm_embedding`,
    [`${block}.attention.query_key_value`]: ["q", "k", "v"].map((part) => `${block}.self_attn.${part}_proj`),
    [`${block}.attention.output`]: `${block}.self_attn.out_proj`,
    [`${block}.attention_norm`]: `${block}.self_attn_layer_norm`,
    ...(name === "encoder"
      ? {}
      : {
          [`${block}.cross_attention.query`]: `${block}.encoder_attn.q_proj`,
          [`${block}.cross_attention.key_value`]: [`${block}.encoder_attn.k_proj`, `${block}.encoder_attn.v_proj`],
          [`${block}.cross_attention.output`]: `${block}.encoder_attn.out_proj`,
          [`${block}.cross_attention_norm`]: `${block}.encoder_attn_layer_norm`,
        }),
    [`${block}.feed_forward.input`]: `${block}.fc1`,
    [`${block}.feed_forward.output`]: `${block}.fc2`,
    [`${block}.feed_forward_norm`]: `${block}.final_layer_norm`,
  };
}
