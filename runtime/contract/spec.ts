import type { objectives } from "./catalogue/objectives.ts";
import type { optimizers } from "./catalogue/optimizers.ts";
import type { SpecifiedOption } from "./catalogue/specified.ts";
import type { TaskSpec } from "./task-spec.ts";

export type * from "./task-spec.ts";

/**
 * The specification: what a `.pretrain` file says once names are resolved, `extends` merged and defaults filled in. Plain
 * data. Declarations refer to each other by key into these tables; an object written in place (`masked { rate: 40% }`
 * inside a list) has its own text as its key.
 */
export interface Spec extends Documented {
  /** Absolute path of the file; relative paths in declarations start at its folder. */
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

/** Without what every object inherits: `constructor` and `__proto__` are names as any other. */
export function emptyTable<T>(): Table<T> {
  return Object.create(null) as Table<T>;
}

export type Table<T> = Record<string, T>;
/** A key into a table of the specification. */
export type Ref = string;

/** What a file and every declaration may carry; never part of a fingerprint. */
export interface Documented {
  /** The doc comment directly before the declaration; of a file the first one, with a blank line behind it. */
  doc?: string;
}

export type Split = "train" | "validation" | "test";

export interface CorpusSpec extends Documented {
  /** Glob patterns; already absolute. Of a data set of the hub the files that are here, when compiled. */
  files: string[];
  /** A data set of the hub instead; `files`: patterns of paths in its repository, null: what is read of it usually. */
  hub?: { name: string; files: string[] | null };
  /** What one document is: a whole file (of a table a whole text), a line, or a paragraph (blank lines between). */
  documents: "file" | "line" | "paragraph";
  split: {
    /** `document`: by the hash of each document. `position`: the last part of the whole text, in order train, validation, test. */
    by: "document" | "position";
    /** Shares of the whole, 0 to 1. */
    validation: number;
    test: number;
  };
  /** Column or field of tables that holds the text; null: `text`. */
  column: string | null;
  /** Which documents are left out because an earlier one is like them. */
  deduplicate: "none" | "exact" | "near";
  /** Documents in all, or tokens of the training split; null: all. */
  limit: { unit: "documents" | "tokens"; value: number } | null;
}

export type TokenizerKind = "bpe" | "wordpiece" | "unigram" | "characters" | "bytes";

export type TokenizerSpec = LearnedTokenizerSpec | ExistingTokenizerSpec;

export interface LearnedTokenizerSpec extends Documented {
  kind: TokenizerKind;
  /** Number of entries, special tokens and sentinels included; null where the kind decides (characters, bytes). */
  vocabulary: number | null;
  trainOn: Ref;
  lowercase: boolean;
  /** Number of sentinel tokens `<extra_id_N>` at the end of the vocabulary. */
  sentinels: number;
}

export interface ExistingTokenizerSpec extends Documented {
  kind: "existing";
  /** A `tokenizer.json`; absolute. */
  file: string;
  /** As written; null: what the file has, or the usual number. */
  sentinels: number | null;
}

export type Architecture = "decoder" | "encoder" | "encoder-decoder";

export type Activation = "gelu" | "gelu_tanh" | "relu" | "swiglu" | "geglu" | "geglu_tanh";

/** The first half of the feed-forward layer's inner units gates the second. */
export function isGated(activation: Activation): boolean {
  return activation === "swiglu" || activation.startsWith("geglu");
}

/** Published kinds of models: what a model of one has besides its sizes. */
export const modelFamilies = ["bert", "roberta", "distilbert", "electra", "gpt2", "llama", "t5", "t5-v1_1", "bart"] as const;
export type ModelFamily = (typeof modelFamilies)[number];

export interface ModelSpec extends Documented {
  /** All but sizes and dropout is then the family's. */
  family?: ModelFamily;
  architecture: Architecture | "auto";
  /** Blocks; an encoder-decoder has as many on each side. */
  layers: number;
  hidden: number;
  heads: number;
  /** Width of the feed-forward layer. */
  feedForward: number;
  /** Longest sequence, in positions. */
  context: number;
  position: "learned" | "sinusoidal" | "rotary" | "relative";
  norm: "layer" | "rms";
  placement: "pre" | "post";
  activation: Activation;
  tiedEmbeddings: boolean;
  biases: boolean;
  /** Dropout during pre-training, 0 to 1. */
  dropout: number;
  /** What is inside a block is computed again in the backward pass instead of being kept; left out: kept. */
  recompute?: boolean;
  /** An existing model instead of sizes; all of the above is then what its config.json says. */
  checkpoint?: CheckpointSpec;
}

export interface CheckpointSpec {
  /** As written: a folder, or a name on the hub. */
  name: string;
  /** The folder that it would be: absolute. */
  folder: string;
  /** What the file says besides; null: what the checkpoint says. */
  context: number | null;
  dropout: number | null;
  recompute?: boolean;
}

/** The settings of each kind are the keys of its entry in the catalogue. */
export type ObjectiveSpec = Documented & (PlainObjectiveSpec | MixtureSpec | SequenceSpec);

type ObjectiveOption = (typeof objectives)[number];
/** Of an objective that is not made of others. */
type PlainObjectiveSpec = SpecifiedOption<Exclude<ObjectiveOption, { weighted: true }>>;

export type SequenceSpec = SpecifiedOption<Extract<ObjectiveOption, { name: "sequence" }>> & { parts: WeightedObjective[] };

export interface MixtureSpec {
  kind: "mixture";
  parts: WeightedObjective[];
  /** Weights from the sizes of the parts, as they are when planned; those of `parts` are equal until then. */
  bySize?: { temperature: number; limit: number | null };
}

/** How the hidden states of a text become one vector. */
export type Pooling = "mean" | "first" | "last";
/** Before a head: `pooler` is the first token through a layer of its own. */
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
/** A setting of an optimiser, as the text writes it. */
export type OptimizerKey = OptimizerOption["keys"][number]["name"];

/** The settings of each kind are the keys of its entry in the catalogue. `clip`: largest global gradient norm; null: no clipping. */
export type OptimizerSpec = WithClip<SpecifiedOption<OptimizerOption>>;
type WithClip<O> = O extends { clip: number } ? Omit<O, "clip"> & { clip: number | null } : never;

export interface PretrainSpec extends Documented {
  model: Ref;
  objective: Ref;
  corpus: Ref;
  /** Null: the one that the model's checkpoint brings. */
  tokenizer: Ref | null;
  budget: Budget;
  /** Sequences a step. */
  batch: number;
  /** Micro-batches that one step's batch is cut into. */
  accumulate: number;
  optimizer: OptimizerSpec;
  /** Of matrix products. */
  precision: "float32" | "bfloat16";
  seed: number;
  /** Validate every so many steps; null: ten times in all. */
  evaluate: number | null;
  /** A checkpoint every so many steps (null: about every half minute) and how many to keep. */
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
  /** Each layer's learning rate is that of the one above times this; left out: all have the same. */
  layerDecay?: number;
  /** Ends after so many epochs that are no better than the best; left out: all epochs are trained. */
  patience?: number;
}

export interface FinetuneSpec extends FinetuneSettings, Documented {
  /** Where the weights come from; `scratch`: the same model as that pre-training's, freshly initialised. */
  from: { kind: "pretrain" | "scratch"; pretrain: Ref } | { kind: "checkpoint"; model: Ref };
  seed: number;
}

/** A linear classifier on the frozen features of every layer. */
export interface ProbeSpec extends Documented {
  of: FinetuneSpec["from"][];
  tasks: Ref[];
  epochs: number;
  batch: number;
  optimizer: OptimizerSpec;
  seed: number;
}

export type Matched = "tokens" | "flops" | "steps" | "params" | "time";

export interface ComparisonSpec extends Documented {
  extends: Ref;
  /** Keys of a pre-training, each with the values to try; several keys make a grid. */
  vary: Varied[];
  match: Matched;
  /** Learning rates of which each cell takes the one that is best on validation; absent: that of the pre-training. */
  search?: { learningRates: number[] };
  /** One entry a task. */
  finetune: (FinetuneSettings & { seeds: number[] })[];
  /** Shares of a pre-training's steps, above 0 to 1, after which its weights are fine-tuned too; absent: at the end alone. */
  checkpoints?: number[];
  seeds: number[];
  /** Not of the text: a comparison whose seeds are added until it is settled. See `Looks` of the runtime's comparing. */
  looks?: { seeds: number[]; most: number };
  /** `scratch`, `majority`, and models with a checkpoint by name; null: all that there are. */
  baselines: string[] | null;
  expect: Expectation[];
}

export interface Varied {
  key: VariedKey;
  values: VariedValue[];
  /** Keys that move together with this one: as many values, the first with the first. */
  with?: { key: VariedKey; values: VariedValue[] }[];
}

export type VariedKey = "model" | "objective" | "corpus" | "tokenizer" | "batch" | "budget" | OptimizerKey;

export interface VariedValue {
  /** As it shows in tables. */
  label: string;
  /** Ref, word, number, budget or warm-up, by the key. */
  value: Ref | number | Budget | OptimizerSpec["warmup"];
}

export interface Expectation {
  left: string;
  operator: ">" | "<" | "=";
  right: string;
  task: string;
  metric: string;
}
