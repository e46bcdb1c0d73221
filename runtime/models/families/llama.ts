import type { RotaryChoices } from "#runtime/contract/plan.ts";
import { CheckpointError, type Config } from "./config.ts";
import { type Family, tokensHead } from "./family.ts";

/** Touvron et al. 2023. */
export const llama: Family = {
  type: "llama",
  title: "Llama",
  prefix: "model.",
  read(config) {
    config.only("hidden_act", "silu");
    config.only("attention_bias", false);
    config.only("mlp_bias", false);
    const [hidden, heads] = [config.count("hidden_size", 4096), config.count("num_attention_heads", 32)];
    return {
      architecture: "decoder",
      layers: config.count("num_hidden_layers", 32),
      hidden,
      heads,
      headWidth: config.count("head_dim", hidden / heads),
      keyValueHeads: config.count("num_key_value_heads", heads),
      feedForward: config.count("intermediate_size", 11008),
      context: config.count("max_position_embeddings", 2048),
      position: "rotary",
      rotary: rotaryOf(config),
      norm: "rms",
      placement: "pre",
      activation: "swiglu",
      tiedEmbeddings: config.flag("tie_word_embeddings", false),
      biases: false,
      dropout: config.number("attention_dropout", 0),
      vocabulary: config.count("vocab_size", 32000),
      normEpsilon: config.number("rms_norm_eps", 1e-6),
      initial: { branches: "plain", padding: null },
    };
  },
  sizes: (model) => ({
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    num_attention_heads: model.heads,
    head_dim: model.headWidth ?? model.hidden / model.heads,
    intermediate_size: model.feedForward,
    max_position_embeddings: model.context,
    attention_dropout: model.dropout,
    vocab_size: model.vocabulary,
  }),
  write: (model) => ({
    num_key_value_heads: model.keyValueHeads,
    hidden_act: "silu",
    rope_theta: model.rotary.base,
    tie_word_embeddings: model.tiedEmbeddings,
    rms_norm_eps: model.normEpsilon,
  }),
  body: () => ({
    "embeddings.tokens": "embed_tokens.weight",
    "decoder.layers.N.attention_norm": "layers.N.input_layernorm",
    "decoder.layers.N.attention.query_key_value": ["layers.N.self_attn.q_proj", "layers.N.self_attn.k_proj", "layers.N.self_attn.v_proj"],
    "decoder.layers.N.attention.output": "layers.N.self_attn.o_proj",
    "decoder.layers.N.feed_forward_norm": "layers.N.post_attention_layernorm",
    "decoder.layers.N.feed_forward.input": ["layers.N.mlp.gate_proj", "layers.N.mlp.up_proj"],
    "decoder.layers.N.feed_forward.output": "layers.N.mlp.down_proj",
    "decoder.norm": "norm",
  }),
  prediction: { "projection.weight": "lm_head.weight" },
  heads: { LlamaForCausalLM: tokensHead },
};

function rotaryOf(config: Config): RotaryChoices {
  // Transformers 5 has one object, earlier versions have two settings; if a file has both, the older ones count, as in Transformers
  const scaling = config.object("rope_scaling");
  const parameters = scaling?.has("rope_type") || scaling?.has("type") ? scaling : (config.object("rope_parameters") ?? scaling);
  const base = parameters?.has("rope_theta") ? parameters.number("rope_theta") : config.number("rope_theta", 10000);
  if (!parameters) return { base };
  const kind = parameters.text("rope_type", parameters.text("type", "default"));
  if (kind === "default") return { base };
  const factor = parameters.number("factor");
  if (kind === "linear") return { base, scaling: { kind, factor } };
  if (kind === "llama3") {
    const [low, high] = [parameters.number("low_freq_factor"), parameters.number("high_freq_factor")];
    return { base, scaling: { kind, factor, low, high, original: parameters.number("original_max_position_embeddings") } };
  }
  throw new CheckpointError(`rotary positions are scaled as ${kind}; default, linear and llama3 are supported`);
}
