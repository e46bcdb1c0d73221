import { activationName, activationOf } from "./config.ts";
import { type Family, tokensHead } from "./family.ts";

/** Radford et al. 2019. */
export const gpt2: Family = {
  type: "gpt2",
  title: "GPT-2",
  prefix: "transformer.",
  inputsFirst: true,
  read(config) {
    config.only("scale_attn_by_inverse_layer_idx", false);
    config.only("scale_attn_weights", true);
    config.only("add_cross_attention", false);
    const hidden = config.count("n_embd", 768);
    return {
      architecture: "decoder",
      layers: config.count("n_layer", 12),
      hidden,
      heads: config.count("n_head", 12),
      feedForward: config.count("n_inner", 4 * hidden),
      context: config.count("n_positions", 1024),
      position: "learned",
      norm: "layer",
      placement: "pre",
      activation: activationOf(config, "activation_function", "gelu_new"),
      tiedEmbeddings: config.flag("tie_word_embeddings", true),
      biases: true,
      dropout: config.number("resid_pdrop", 0.1),
      vocabulary: config.count("vocab_size", 50257),
      normEpsilon: config.number("layer_norm_epsilon", 1e-5),
    };
  },
  sizes: (model) => ({
    n_layer: model.layers,
    n_embd: model.hidden,
    n_head: model.heads,
    n_inner: model.feedForward,
    n_positions: model.context,
    resid_pdrop: model.dropout,
    embd_pdrop: model.dropout,
    attn_pdrop: model.dropout,
    vocab_size: model.vocabulary,
  }),
  write: (model) => ({
    activation_function: activationName(model.activation),
    tie_word_embeddings: model.tiedEmbeddings,
    layer_norm_epsilon: model.normEpsilon,
  }),
  body: () => ({
    "embeddings.tokens": "wte.weight",
    "decoder.positions": "wpe.weight",
    "decoder.layers.N.attention_norm": "h.N.ln_1",
    "decoder.layers.N.attention.query_key_value": "h.N.attn.c_attn",
    "decoder.layers.N.attention.output": "h.N.attn.c_proj",
    "decoder.layers.N.feed_forward_norm": "h.N.ln_2",
    "decoder.layers.N.feed_forward.input": "h.N.mlp.c_fc",
    "decoder.layers.N.feed_forward.output": "h.N.mlp.c_proj",
    "decoder.norm": "ln_f",
  }),
  prediction: { "projection.weight": "lm_head.weight" },
  heads: { GPT2LMHeadModel: tokensHead },
};
