import type { TokenModel } from "#runtime/contract/model-choices.ts";
import type { FamilyChoices, ResolvedModel } from "#runtime/contract/plan.ts";
import type { Config } from "./config.ts";

/** A published model family: how its checkpoints in Transformers' format describe the model and name its weights. */
export interface Family {
  /** `model_type` of config.json. */
  type: FamilyName;
  title: string;
  /** The model that config.json describes, with the choices that the family has. `has`: whether the checkpoint has a tensor. Throws `CheckpointError`. */
  read(config: Config, has: (tensor: string) => boolean): TokenModel;
  /** Prefix of the names of `body` in a checkpoint with a head; a checkpoint without a head may omit it. */
  prefix: string;
  /**
   * Maps our names to the family's. A module (`encoder.norm`) covers its weight and bias; several modules are joined along their outputs. A
   * whole name (`embeddings.tokens`) is a single tensor. `N` is the number of a block.
   */
  body(model: ResolvedModel): NameTable;
  /** Names of modules that read the last hidden states (the projection to tokens, the pooler), without the prefix. */
  prediction: NameTable;
  /** Whether linear weights are stored as inputs × outputs. */
  inputsFirst?: true;
  /** Other names that a tensor may have. */
  aliases?: Readonly<Record<string, readonly string[]>>;
  /** Tensors that are stored with an additional first axis of size 1. */
  rows?: readonly string[];
  /** Heads by the class in `architectures` of config.json. A class whose name ends in `Model` has no head. */
  heads: Readonly<Record<string, FamilyHead>>;
  /** The settings of config.json for the sizes of a model; all other settings have the family's defaults. */
  sizes(model: Sizes): Record<string, unknown>;
  /** The other settings of config.json that `read` reads, for a model of the family. */
  write(model: ResolvedModel): Record<string, unknown>;
}

/** The sizes of a model. `decoderLayers` and `headWidth` are set only if they differ from layers and from hidden ÷ heads. */
export type Sizes = Pick<TokenModel, "layers" | "hidden" | "heads" | "feedForward" | "context" | "vocabulary" | "dropout"> &
  Partial<Pick<FamilyChoices, "decoderLayers" | "headWidth">>;

export const familyNames = ["bert", "roberta", "distilbert", "electra", "gpt2", "llama", "t5", "bart"] as const;
export type FamilyName = (typeof familyNames)[number];

export type NameTable = Readonly<Record<string, string | readonly string[]>>;

/** A head, which is applied to the last hidden states. */
export interface FamilyHead {
  /**
   * `tokens`: predicts the vocabulary. `classification`: one label, from the first position. `tagging`: a label for each position. `span`:
   * start and end. `discriminator`: whether each position was replaced.
   */
  kind: "tokens" | "classification" | "tagging" | "span" | "discriminator";
  /** Linear layers, by their full names in the checkpoint. */
  layers: readonly HeadLayer[];
}

export interface HeadLayer {
  module: string;
  activation: "gelu" | "tanh" | "relu" | null;
}

export const tokensHead: FamilyHead = { kind: "tokens", layers: [] };
