import type { objectives } from "./catalogue/objectives.ts";
import type { optimizers } from "./catalogue/optimizers.ts";
import type { SpecifiedOption } from "./catalogue/specified.ts";
import type { omittedKeys } from "./catalogue/token-loss.ts";
import type { TaskSpec } from "./task-spec.ts";

export type * from "./task-spec.ts";

/**
 * The specification: the content of a `.pretrain` file as plain data, after names are resolved, `extends` is merged and defaults are
 * filled in. Declarations refer to each other by their keys in these tables; the key of an inline object (`masked { rate: 40% }` in a
 * list) is its text.
 */
export interface Spec extends Documented {
  /** Absolute path of the file; paths in declarations are relative to its folder. */
  file: string;
  corpora: Table<CorpusSpec>;
  tokenizers: Table<TokenizerSpec>;
  models: Table<ModelSpec>;
  objectives: Table<ObjectiveSpec>;
  tasks: Table<TaskSpec>;
  pretrainings: Table<PretrainSpec>;
  finetunings: Table<FinetuneSpec>;
  probes: Table<ProbeSpec>;
  comparisons: Table<ComparisonSpec>;
}

export function emptySpec(file: string): Spec {
  return {
    file,
    corpora: emptyTable(),
    tokenizers: emptyTable(),
    models: emptyTable(),
    objectives: emptyTable(),
    tasks: emptyTable(),
    pretrainings: emptyTable(),
    finetunings: emptyTable(),
    probes: emptyTable(),
    comparisons: emptyTable(),
  };
}

export function tableOf<T>(entries: Iterable<readonly [string, T]>): Table<T> {
  const table = emptyTable<T>();
  for (const [name, each] of entries) table[name] = each;
  return table;
}

/** An empty table without inherited properties, so that `constructor` and `__proto__` are names like any other. */
export function emptyTable<T>(): Table<T> {
  return Object.create(null) as Table<T>;
}

export type Table<T> = Record<string, T>;
/** A key into a table of the specification. */
export type Ref = string;

/** The documentation of a file or a declaration; never part of a fingerprint. */
export interface Documented {
  /** The doc comment directly before the declaration; for a file, the first one, if a blank line follows it. */
  doc?: string;
}

export type Split = "train" | "validation" | "test";

export interface CorpusSpec extends Documented {
  /** Absolute glob patterns. For a data set of the hub, compilation fills in the downloaded files. */
  files: string[];
  /** A data set of the hub instead; `files`: patterns of paths in its repository; null: the usual files. */
  hub?: { name: string; files: string[] | null };
  /** What one document is: a whole file (in a table, the text of a row), a line, or a paragraph (separated by blank lines). */
  documents: "file" | "line" | "paragraph";
  split: {
    /** `document`: by the hash of each document. `position`: by position in the whole text, in the order train, validation, test. */
    by: "document" | "position";
    /** Shares of the whole corpus, 0 to 1. */
    validation: number;
    test: number;
  };
  /** Column or field of the text in tables; null: `text`. */
  column: string | null;
  /** Which documents are dropped because they repeat an earlier one. */
  deduplicate: "none" | "exact" | "near";
  /** Maximum number of documents, or of tokens of the training split; null: all. */
  limit: { unit: "documents" | "tokens"; value: number } | null;
}

export type TokenizerKind = "bpe" | "wordpiece" | "unigram" | "characters" | "bytes";

export type TokenizerSpec = LearnedTokenizerSpec | ExistingTokenizerSpec;

export interface LearnedTokenizerSpec extends Documented {
  kind: TokenizerKind;
  /** Number of entries, including special tokens and sentinels; null if the kind determines it (characters, bytes). */
  vocabulary: number | null;
  trainOn: Ref;
  lowercase: boolean;
  /** Number of sentinel tokens `<extra_id_N>` at the end of the vocabulary. */
  sentinels: number;
}

export interface ExistingTokenizerSpec extends Documented {
  kind: "existing";
  /** Absolute path of a `tokenizer.json`. */
  file: string;
  /** Number of sentinel tokens; null: as many as the file has, or the default number. */
  sentinels: number | null;
}

export type Architecture = "decoder" | "encoder" | "encoder-decoder";

export type Activation = "gelu" | "gelu_tanh" | "relu" | "swiglu" | "geglu" | "geglu_tanh";

/** Whether the activation is gated: the first half of the feed-forward layer's inner units gates the second. */
export function isGated(activation: Activation): boolean {
  return activation === "swiglu" || activation.startsWith("geglu");
}

/** Published model families. A family determines everything but sizes and dropout. */
export const modelFamilies = ["bert", "roberta", "distilbert", "electra", "gpt2", "llama", "t5", "t5-v1_1", "bart"] as const;
export type ModelFamily = (typeof modelFamilies)[number];

export interface ModelSpec extends Documented {
  /** The family, which then determines everything but sizes and dropout. */
  family?: ModelFamily;
  architecture: Architecture | "auto";
  /** Number of blocks; an encoder-decoder has as many on each side. */
  layers: number;
  hidden: number;
  heads: number;
  /** Width of the feed-forward layer. */
  feedForward: number;
  /** Maximum sequence length, in positions. */
  context: number;
  position: "learned" | "sinusoidal" | "rotary" | "relative";
  norm: "layer" | "rms";
  placement: "pre" | "post";
  activation: Activation;
  tiedEmbeddings: boolean;
  biases: boolean;
  /** Dropout rate during pre-training, 0 to 1. */
  dropout: number;
  /** Activation checkpointing: activations inside a block are recomputed in the backward pass; absent: they are stored. */
  recompute?: boolean;
  /** An existing checkpoint instead of sizes; its config.json then determines all of the above. */
  checkpoint?: CheckpointSpec;
}

export interface CheckpointSpec {
  /** As written: a folder, or a name on the hub. */
  name: string;
  /** Absolute path of the folder, if `name` is one. */
  folder: string;
  /** Settings of the declaration that override the checkpoint's; null: as in the checkpoint. */
  context: number | null;
  dropout: number | null;
  recompute?: boolean;
}

/** An objective. The settings of each kind are the keys of its entry in the catalogue. */
export type ObjectiveSpec = Documented & (PlainObjectiveSpec | MixtureSpec | SequenceSpec);

type ObjectiveOption = (typeof objectives)[number];
/** An objective that does not consist of others. */
type PlainObjectiveSpec = SpecifiedOption<Exclude<ObjectiveOption, { weighted: true }>>;

export type SequenceSpec = SpecifiedOption<Extract<ObjectiveOption, { name: "sequence" }>> & { parts: WeightedObjective[] };

export interface MixtureSpec {
  kind: "mixture";
  parts: WeightedObjective[];
  /** Weights follow from the sizes of the parts, which planning determines; until then, the weights in `parts` are equal. */
  bySize?: { temperature: number; limit: number | null };
}

/**
 * Which positions of a segment a position attends to: those up to itself (`past`), also those of the segment's prefix (`prefix`), or all
 * (`all`).
 */
export type Visibility = "past" | "prefix" | "all";

/** How the hidden states of a text become one vector. */
export type Pooling = "mean" | "first" | "last";
/** How the hidden states become one vector before a head; `pooler` is the first token, passed through an extra layer. */
export type HeadPooling = Pooling | "pooler";

export interface WeightedObjective {
  /** Share of the training steps, 0 to 1; the shares of a mixture or a sequence add up to 1. */
  weight: number;
  objective: Ref;
}

export type Budget =
  | { unit: "tokens"; value: number }
  | { unit: "steps"; value: number }
  | { unit: "epochs"; value: number }
  | { unit: "flops"; value: number };

type OptimizerOption = (typeof optimizers)[number];
/** The name of an optimiser's setting, as written in the text. */
export type OptimizerKey = OptimizerOption["keys"][number]["name"];

/** An optimiser. The settings of each kind are the keys of its entry in the catalogue. `clip`: maximum global gradient norm; null: none. */
export type OptimizerSpec = WithClip<SpecifiedOption<OptimizerOption>>;
type WithClip<O> = O extends { clip: number } ? Omit<O, "clip"> & { clip: number | null } : never;

/** What a training adds to the cross-entropy of predicted tokens; absent: nothing. Evaluation leaves both out. */
export interface TokenLossSettings {
  /** Share of the target's probability that is spread evenly over the vocabulary. */
  labelSmoothing?: number;
  /** Factor of the squared logarithm of the softmax's normaliser. */
  zLoss?: number;
}

export interface PretrainSpec extends Documented, TokenLossSettings {
  model: Ref;
  objective: Ref;
  corpus: Ref;
  /** Null: the tokenizer of the model's checkpoint. */
  tokenizer: Ref | null;
  budget: Budget;
  /** Sequences per step. */
  batch: number;
  /** Number of micro-batches that the batch of a step is split into. */
  accumulate: number;
  optimizer: OptimizerSpec;
  /** Decay of a moving average of the weights, which is what is scored and saved; absent: there is none. */
  ema?: number;
  /** Number format of matrix products. */
  precision: "float32" | "bfloat16";
  seed: number;
  /** Number of steps between validations; null: ten validations in total. */
  evaluate: number | null;
  /** Number of steps between checkpoints (null: about half a minute), and how many checkpoints to keep. */
  save: { every: number | null; keep: number };
}

export type TrainedPart =
  | { kind: "all" }
  | { kind: "head" }
  | { kind: "last"; layers: number }
  | { kind: "biases" }
  | { kind: "lora"; rank: number; alpha: number }
  | { kind: "adapters"; size: number };

export interface FinetuneSettings {
  task: Ref;
  epochs: number;
  batch: number;
  accumulate: number;
  train: TrainedPart;
  optimizer: OptimizerSpec;
  dropout: number;
  /** Each layer's learning rate is that of the layer above times this factor; absent: all layers have the same. */
  layerDecay?: number;
  /** Training ends after this many epochs without a better validation score; absent: all epochs are trained. */
  patience?: number;
}

export interface FinetuneSpec extends FinetuneSettings, Documented {
  /** Source of the weights; `scratch`: newly initialised weights of the pre-training's model. */
  from: { kind: "pretrain" | "scratch"; pretrain: Ref } | { kind: "checkpoint"; model: Ref };
  seed: number;
}

/** A probe: a linear classifier on the frozen features of every layer. */
export interface ProbeSpec extends Documented {
  of: FinetuneSpec["from"][];
  tasks: Ref[];
  epochs: number;
  batch: number;
  optimizer: OptimizerSpec;
  seed: number;
}

export type MatchedAmount = "tokens" | "flops" | "steps" | "params" | "time";

export interface ComparisonSpec extends Documented {
  extends: Ref;
  /** Keys of a pre-training, each with the values to try; several keys form a grid. */
  vary: Varied[];
  match: MatchedAmount;
  /** Learning rates from which each cell takes the one with the best validation loss; absent: that of the pre-training. */
  search?: { learningRates: number[] };
  /** One entry per task. */
  finetune: (FinetuneSettings & { seeds: number[] })[];
  /** Shares of a pre-training's steps, in (0, 1], after which its weights are fine-tuned; absent: only at the end. */
  checkpoints?: number[];
  seeds: number[];
  /**
   * Set by `run`, not by the text, for a comparison whose seeds are added until it is settled: the number of seeds at each interim
   * analysis so far, and at the final one.
   */
  interimAnalyses?: { seeds: number[]; max: number };
  /** `scratch`, `majority`, and names of models with a checkpoint; null: the default baselines. */
  baselines: string[] | null;
  expect: Expectation[];
}

export interface Varied {
  key: VariedKey;
  values: VariedValue[];
  /** Keys that change together with this one; each has as many values, paired in order. */
  with?: { key: VariedKey; values: VariedValue[] }[];
}

export type VariedKey = "model" | "objective" | "corpus" | "tokenizer" | "batch" | "budget" | OmittedKey | OptimizerKey;

/** The name of a setting that is absent where it is 0, as written in the text. */
export type OmittedKey = (typeof omittedKeys)[number];

export interface VariedValue {
  /** Label in tables. */
  label: string;
  /** A reference, a word, a number, a flag, a budget or a warm-up, depending on the key. */
  value: Ref | number | boolean | Budget | OptimizerSpec["warmup"];
}

export interface Expectation {
  left: string;
  operator: ">" | "<" | "=";
  right: string;
  task: string;
  metric: string;
  /** For `=`: the largest difference that counts as equal, in the metric's own unit. */
  margin?: number;
}
