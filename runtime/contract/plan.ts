import type {
  Architecture,
  CorpusSpec,
  Expectation,
  FinetuneSettings,
  LearnedTokenizerSpec,
  Matched,
  ModelSpec,
  ObjectiveSpec,
  OptimizerSpec,
  PretrainSpec,
  Split,
  TaskKind,
  TaskSpec,
} from "./spec.ts";

/**
 * A plan is a graph of jobs. A job's fingerprint is the SHA-256 of the canonical JSON of what it computes: its resolved
 * declaration (names and comments left out), the fingerprints of the jobs it reads, files by their content. Jobs of one
 * plan stand in an order in which each comes after those it needs.
 */
export interface Plan {
  /** The `.pretrain` file. */
  file: string;
  jobs: Job[];
}

export type Job = CorpusJob | TokenizerJob | EncodeJob | LeaksJob | MeasureJob | PretrainJob | FinetuneJob | MajorityJob | CompareJob;
export type JobKind = Job["kind"];
export type JobOf<K extends JobKind> = Extract<Job, { kind: K }>;

interface JobBase<K extends string> {
  /** `<kind>-<first 16 hex digits of the fingerprint>`: also the name of the run folder. */
  id: string;
  kind: K;
  /** For people: the declaration, the cell and the seed. Not part of the fingerprint. */
  name: string;
  /** Jobs whose artifacts it reads. */
  after: string[];
  fingerprint: string;
}

/** A file as it was when the plan was made. */
export interface InputFile {
  path: string;
  bytes: number;
  /** SHA-256 of the content, hex. */
  sha256: string;
}

/** Reads, checks and splits the raw text. */
export interface CorpusJob extends JobBase<"corpus"> {
  corpus: CorpusSpec;
  files: InputFile[];
}

/** Trains a tokenizer on the corpus' training split. */
export interface TrainedTokenizerJob extends JobBase<"tokenizer"> {
  tokenizer: LearnedTokenizerSpec;
  corpus: string;
}

/** Takes over the tokenizer of a checkpoint. */
export interface AdoptedTokenizerJob extends JobBase<"tokenizer"> {
  checkpoint: CheckpointFiles;
}

/** Takes over a `tokenizer.json`, with what it lacks behind its own entries. */
export interface ExistingTokenizerJob extends JobBase<"tokenizer"> {
  file: InputFile;
  added: string[];
  /** Id of the padding token. */
  pad: number;
  /** Entries in all. */
  vocabulary: number;
}

export type TokenizerJob = TrainedTokenizerJob | AdoptedTokenizerJob | ExistingTokenizerJob;

/** A model in Transformers' form, as it was when the plan was made. */
export interface CheckpointFiles {
  folder: string;
  files: InputFile[];
}

/** Turns a corpus into token ids, in shards. */
export interface EncodeJob extends JobBase<"encode"> {
  corpus: string;
  tokenizer: string;
  /** Most tokens of the training split; null: all. */
  limit: number | null;
}

/** A model whose choices are all made. */
export interface ResolvedModel extends Omit<ModelSpec, "architecture" | "doc" | "checkpoint">, Partial<FamilyChoices> {
  architecture: Architecture;
  /** Rows of the embedding: the tokenizer's vocabulary, or more in a checkpoint. */
  vocabulary: number;
  /** A decoder that reads in both directions what it is given, as it learned to; left out: each token sees those before it. */
  readsPrefix?: true;
  /** Where its first weights come from; otherwise they are drawn. */
  weights?: CheckpointFiles;
}

/**
 * What published families of models choose besides what a declaration can say. Left out, each is what a model declared by its
 * sizes has (`choicesOf` in `runtime/models/choices.ts`).
 */
export interface FamilyChoices {
  /** Blocks of an encoder-decoder's decoder, where they are not as many as the encoder's. */
  decoderLayers: number;
  /** Width of one head, where it is not hidden ÷ heads. */
  headWidth: number;
  /** Heads of keys and values; each serves a group of query heads (Ainslie et al. 2023, section 2.2). */
  keyValueHeads: number;
  /** Attention scores are divided by the root of a head's width; not in T5. */
  scaledAttention: boolean;
  /** Width of the embeddings, which a linear layer brings to `hidden` where it is another (Clark et al. 2020, section 3.2). */
  embeddingWidth: number;
  /** Token embeddings are multiplied by it. */
  embeddingScale: number;
  /** Layer norm over the sum of the embeddings (Devlin et al. 2019, released code). */
  embeddingNorm: boolean;
  /** Rows of the table of token types; 0: no such table. */
  tokenTypes: number;
  /** Positions that the learned table has, where the context is shorter. */
  positions: number;
  /** Rows of the position table before that of position 0. */
  positionOffset: number;
  /** Of rotary positions. */
  rotary: RotaryChoices;
  /** Of relative positions: buckets, and the distance from which all fall into the last. */
  relative: { buckets: number; distance: number };
  normEpsilon: number;
  /** A linear layer, the activation and a layer norm before the projection to the vocabulary (Devlin et al. 2019, released code). */
  predictionTransform: boolean;
  /** Hidden states are multiplied by it before the projection to the vocabulary. */
  projectionScale: number;
  /** A bias of each vocabulary entry; `fixed`: it is never trained. */
  projectionBias: "none" | "trained" | "fixed";
  /** The layer before a head that reads the first token: what follows it, and whether what it reads is dropped out too. */
  pooler: { activation: "tanh" | "gelu" | "relu"; dropsInput: boolean };
  /** How weights are drawn. */
  initial: InitialChoices;
}

export interface InitialChoices {
  /** What a block adds to its input starts smaller the more blocks there are (Radford et al. 2019, section 2.3), or as all else. */
  branches: "scaled" | "plain";
  /** Row of the token embeddings that starts as zero: that of padding; null: none. */
  padding: number | null;
}

export interface RotaryChoices {
  base: number;
  /** Slower rotation for a context longer than the one that was trained first. */
  scaling?: { kind: "linear"; factor: number } | { kind: "llama3"; factor: number; low: number; high: number; original: number };
}

/** An objective with everything it refers to written in place. */
export type ResolvedObjective =
  | Exclude<ObjectiveSpec, { kind: "supervised" | "mixture" | "sequence" }>
  | { kind: "supervised"; task: ResolvedTask }
  | { kind: "mixture"; parts: WeightedPart[] }
  | { kind: "sequence"; parts: WeightedPart[]; resetOptimizer?: true };

export interface WeightedPart {
  weight: number;
  /** As it shows in events; not part of the fingerprint. */
  name: string;
  objective: ResolvedObjective;
}

/** A task with its files read far enough to know what the answers are. */
export type ResolvedTask = WithoutNames<TaskSpec> & {
  /** Sorted; a label's class is its index. Empty where answers are not labels. */
  labels: string[];
  files: InputFile[];
};

/** Of each member of the union. */
type WithoutNames<T> = T extends unknown ? Omit<T, "doc" | "metrics" | "benchmark"> : never;
export type ResolvedTaskOf<K extends TaskKind> = Extract<ResolvedTask, { kind: K }>;

/** What a program costs, from its trace. */
export interface Cost {
  /** Trained numbers, all of them. */
  parameters: number;
  /** Of these, in token and position embeddings and the vocabulary projection. */
  embeddings: number;
  /** Positions read a step (nominal: no padding). */
  tokensPerStep: number;
  /** Multiply-adds × 2 of forward and backward, a step, averaged over the parts of a mixture as scheduled. */
  flopsPerStep: number;
  /** Parameters, optimiser state, activations at their peak; bytes. */
  memoryBytes: number;
}

export interface PretrainJob extends JobBase<"pretrain"> {
  model: ResolvedModel;
  objective: ResolvedObjective;
  /** Jobs. */
  encoded: string;
  tokenizer: string;
  steps: number;
  warmupSteps: number;
  batch: number;
  accumulate: number;
  optimizer: OptimizerSpec;
  precision: PretrainSpec["precision"];
  seed: number;
  /** Steps between validations. Not part of the fingerprint: it changes no number of the final model. */
  evaluateEvery: number;
  /** Likewise. */
  save: PretrainSpec["save"];
  /** Likewise: steps after which the weights are kept, ascending, for what is fine-tuned from there; absent: after the last alone. */
  keep?: number[];
  cost: Cost;
}

/** Looks for a task's test examples in the training text of a corpus. */
export interface LeaksJob extends JobBase<"leaks"> {
  corpus: string;
  task: ResolvedTask;
  taskName: string;
}

/** How long a step of a pre-training takes on this machine, to match time. */
export interface MeasureJob extends JobBase<"measure"> {
  model: ResolvedModel;
  objective: ResolvedObjective;
  encoded: string;
  tokenizer: string;
  batch: number;
  accumulate: number;
  optimizer: OptimizerSpec;
  precision: PretrainSpec["precision"];
}

export interface FinetuneJob extends JobBase<"finetune"> {
  /** The pre-training whose weights it starts from; null: fresh weights, same model. */
  from: string | null;
  /** The weights as they were after so many steps; absent: the final ones. */
  at?: number;
  model: ResolvedModel;
  tokenizer: string;
  task: ResolvedTask;
  /** Key of the task in the specification. Not part of the fingerprint. */
  taskName: string;
  settings: Omit<FinetuneSettings, "task">;
  seed: number;
  /** Of rows as long as the longest training text, about; where the model writes, of full rows. */
  cost: Cost;
  /** How many the splits have. Not part of the fingerprint, as the task's files are. */
  examples: Record<Split, number>;
  /** The part of these positions, 0 to 1, that batches of its texts need, about. Likewise. */
  fill: number;
}

/** The score of always answering with the training set's most frequent label. */
export interface MajorityJob extends JobBase<"majority"> {
  task: ResolvedTask;
  taskName: string;
}

export interface CompareJob extends JobBase<"compare"> {
  comparison: string;
  question?: string;
  match: Matched;
  cells: ComparedCell[];
  /** Scores to show and judge. */
  tasks: { task: string; metrics: string[]; benchmark?: string }[];
  /** The check of each task's test examples against each corpus that a cell reads; `corpus` as the specification names it. */
  leaks: { task: string; corpus: string; job: string }[];
  baselines: ComparedBaseline[];
  expect: Expectation[];
  /** Where seeds are added until it is settled: how many there were at each look so far, this one last, and may be at the last one. */
  looks?: { seeds: number[]; most: number };
}

/**
 * `scratch` of a cell has that cell's architecture; `majority` is one for each task; a `checkpoint`, named as `cell`, is fine-tuned as it
 * is, and held against the cells that start from it, where some do.
 */
export interface ComparedBaseline {
  baseline: "scratch" | "majority" | "checkpoint";
  cell: string;
  of?: string[];
  task: string;
  seed: number;
  finetuneSeed: number;
  job: string;
}

interface FinetuneRun {
  task: string;
  seed: number;
  job: string;
}

export interface ComparedCell {
  /** Label: what varies. */
  cell: string;
  runs: {
    seed: number;
    pretrain: string;
    finetunes: FinetuneRun[];
    /** Fine-tunings from weights of before the end, by share of the steps, ascending. */
    checkpoints?: { share: number; step: number; finetunes: FinetuneRun[] }[];
  }[];
  /** Where its learning rate was searched for: the one that was best on validation, and what the other runs cost, FLOPs. */
  searched?: { learningRate: number; flops: number; runs: { learningRate: number; job: string }[] };
  /** For the whole pre-training. */
  matched: { tokens: number; flops: number; steps: number; parameters: number; embeddings: number };
}
