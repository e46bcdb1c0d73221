import type { FamilyChoices, ResolvedModel } from "#runtime/contract/plan.ts";
import type { Config } from "./config.ts";

/** A published family of models: how its checkpoints in Transformers' form describe themselves and name their weights. */
export interface Family {
  /** `model_type` of config.json. */
  type: FamilyName;
  title: string;
  /** The model that config.json describes. `has`: whether the checkpoint has a tensor. Throws `CheckpointError`. */
  read(config: Config, has: (tensor: string) => boolean): ResolvedModel;
  /** Before the names of `body`, in a checkpoint with a head; one without may leave it out. */
  prefix: string;
  /**
   * Our names to theirs. A module (`encoder.norm`) stands for its weights and biases, several joined by their outputs; a whole
   * name (`embeddings.tokens`) for one tensor. `N` is the number of a block.
   */
  body(model: ResolvedModel): NameTable;
  /** Likewise what reads the last hidden states: what predicts tokens, the pooler; without the prefix. */
  prediction: NameTable;
  /** Linear weights are stored as inputs × outputs. */
  inputsFirst?: true;
  /** Other names under which a tensor may stand. */
  aliases?: Readonly<Record<string, readonly string[]>>;
  /** Tensors that stand with an axis of size 1 before their own. */
  rows?: readonly string[];
  /** By the class in `architectures` of config.json: what the checkpoint was made for. A class ending in `Model` has no head. */
  heads: Readonly<Record<string, Head>>;
  /** The settings of config.json that tell the sizes of a model; the rest is as the family has it where config.json says nothing. */
  sizes(model: Sizes): Record<string, unknown>;
  /** The settings of config.json that `read` reads besides, of a model of the family. */
  write(model: ResolvedModel & FamilyChoices): Record<string, unknown>;
}

/** `decoderLayers` and `headWidth` only where a model has others than its layers and its heads' share. */
export type Sizes = Pick<ResolvedModel, "layers" | "hidden" | "heads" | "feedForward" | "context" | "vocabulary" | "dropout"> &
  Partial<Pick<FamilyChoices, "decoderLayers" | "headWidth">>;

export const familyNames = ["bert", "roberta", "distilbert", "electra", "gpt2", "llama", "t5", "bart"] as const;
export type FamilyName = (typeof familyNames)[number];

export type NameTable = Readonly<Record<string, string | readonly string[]>>;

/** What follows the last hidden states. */
export interface Head {
  /**
   * `tokens`: the vocabulary. `classification`: one label, from the first position. `tagging`: a label for each position. `span`:
   * start and end. `discriminator`: for each position whether it was replaced.
   */
  kind: "tokens" | "classification" | "tagging" | "span" | "discriminator";
  /** Linear layers, by their whole name in the checkpoint. */
  layers: readonly HeadLayer[];
}

export interface HeadLayer {
  module: string;
  activation: "gelu" | "tanh" | "relu" | null;
}

export const tokensHead: Head = { kind: "tokens", layers: [] };
