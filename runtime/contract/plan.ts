import type {
  Architecture,
  CorpusSpec,
  Expectation,
  FinetuneSettings,
  LearnedTokenizerSpec,
  MatchedAmount,
  ModelSpec,
  ObjectiveSpec,
  OptimizerSpec,
  PretrainSpec,
  Split,
  TaskKind,
  TaskSpec,
  TokenLossSettings,
} from "./spec.ts";

/**
 * A plan is a graph of jobs, in topological order: each job comes after those it needs. A job's fingerprint is the SHA-256 of the
 * canonical JSON of what it computes: its resolved declaration (without names and comments), the fingerprints of the jobs it reads, and
 * the content of its files.
 */
export interface Plan {
  /** The `.pretrain` file. */
  file: string;
  jobs: Job[];
}

export type Job =
  | CorpusJob
  | TokenizerJob
  | EncodeJob
  | ContaminationJob
  | MeasureJob
  | PretrainJob
  | FinetuneJob
  | EvaluateJob
  | MajorityJob
  | CompareJob;
export type JobKind = Job["kind"];
export type JobOf<K extends JobKind> = Extract<Job, { kind: K }>;

interface JobBase<K extends string> {
  /** `<kind>-<first 16 hex digits of the fingerprint>`, which is also the name of the run folder. */
  id: string;
  kind: K;
  /** Name for display: the declaration, the cell and the seed. Not part of the fingerprint. */
  name: string;
  /** Ids of the jobs whose artifacts it reads. */
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

/** A job that reads, checks and splits the raw text. */
export interface CorpusJob extends JobBase<"corpus"> {
  corpus: CorpusSpec;
  files: InputFile[];
}

/** A job that trains a tokenizer on the training split of a corpus. */
export interface TrainedTokenizerJob extends JobBase<"tokenizer"> {
  tokenizer: LearnedTokenizerSpec;
  corpus: string;
}

/** A job that adopts the tokenizer of a checkpoint. */
export interface AdoptedTokenizerJob extends JobBase<"tokenizer"> {
  checkpoint: CheckpointFiles;
}

/** A job that adopts a `tokenizer.json` and appends the tokens that it lacks. */
export interface ExistingTokenizerJob extends JobBase<"tokenizer"> {
  file: InputFile;
  added: string[];
  /** Id of the padding token. */
  pad: number;
  /** Number of entries. */
  vocabulary: number;
}

export type TokenizerJob = TrainedTokenizerJob | AdoptedTokenizerJob | ExistingTokenizerJob;

/** The files of a checkpoint in Transformers' format, as they were when the plan was made. */
export interface CheckpointFiles {
  folder: string;
  files: InputFile[];
}

/** A job that turns a corpus into shards of token ids. */
export interface EncodeJob extends JobBase<"encode"> {
  corpus: string;
  tokenizer: string;
  /** Maximum number of tokens of the training split; null: all. */
  limit: number | null;
}

/** A model whose settings are all resolved. */
export interface ResolvedModel extends Omit<ModelSpec, "architecture" | "doc" | "checkpoint">, FamilyChoices {
  architecture: Architecture;
  input: InputSpecification;
  targets: TargetSpecification;
  /** The decoder attends to its prefix in both directions, as in its pre-training. Absent: attention is causal throughout. */
  readsPrefix?: true;
  /** Files of the initial weights; absent: weights are drawn at random. */
  weights?: CheckpointFiles;
  /**
   * Choices that the config.json of a checkpoint determines. They belong to the fingerprint even if a model declared by its sizes has the
   * same, and do not follow from other sizes. Absent: the model was declared.
   */
  configured?: readonly (keyof FamilyChoices)[];
}

/** What a model reads at each position, by kind. An embedder (`runtime/models/embedders`) turns it into vectors. */
export type InputSpecification = TokenInput;
export type InputKind = InputSpecification["kind"];
export type InputOf<K extends InputKind> = Extract<InputSpecification, { kind: K }>;

export interface TokenInput {
  kind: "tokens";
  /** Rows of the embedding: the tokenizer's vocabulary, or more in a checkpoint. */
  vocabulary: number;
  /** Number of token types, which tell the texts of a row apart; 0: there are none. */
  types: number;
}

/** What a model predicts at a position. */
export interface TargetSpecification {
  /** Number of classes that the projection has, which is independent of what the model reads; of a model of tokens, its vocabulary. */
  classes: number;
}

/**
 * Settings of published model families that a declaration cannot express. `runtime/contract/model-choices.ts` has their values in a model
 * declared by its sizes.
 */
export interface FamilyChoices {
  /** Number of blocks of the decoder of an encoder-decoder. */
  decoderLayers: number;
  /** Width of one head. */
  headWidth: number;
  /** Number of key and value heads; each serves a group of query heads (Ainslie et al. 2023, section 2.2). */
  keyValueHeads: number;
  /** Attention scores are divided by the square root of the head width; not in T5. */
  scaledAttention: boolean;
  /** Width of the embeddings; if it is not `hidden`, a linear layer projects them to it (Clark et al. 2020, section 3.2). */
  embeddingWidth: number;
  /** Factor that embeddings of the input are multiplied by. */
  embeddingScale: number;
  /** Layer norm over the sum of the embeddings (Devlin et al. 2019, released code). */
  embeddingNorm: boolean;
  /** Number of learned positions, which may be more than the context. */
  positions: number;
  /** Number of rows of the position embedding before that of position 0. */
  positionOffset: number;
  /** Settings of rotary positions. */
  rotary: RotaryChoices;
  /** Settings of relative positions: the number of buckets, and the distance from which all fall into the last. */
  relative: { buckets: number; distance: number };
  normEpsilon: number;
  /** A linear layer, the activation and a layer norm before the projection to the targets (Devlin et al. 2019, released code). */
  predictionTransform: boolean;
  /** Factor that hidden states are multiplied by before the projection to the targets. */
  projectionScale: number;
  /** Bias of each target; `fixed`: it is never trained. */
  projectionBias: "none" | "trained" | "fixed";
  /** The layer before a head that reads the first token: its activation, and whether dropout also applies to its input. */
  pooler: { activation: "tanh" | "gelu" | "relu"; dropsInput: boolean };
  /** How weights are initialised. */
  initial: InitialChoices;
}

export interface InitialChoices {
  /** `scaled`: projections into the residual stream start smaller the more blocks there are (Radford et al. 2019, section 2.3). */
  branches: "scaled" | "plain";
  /** Row of the token embedding that is initialised to zero, which is that of padding; null: none. */
  padding: number | null;
}

export interface RotaryChoices {
  base: number;
  /** Slower rotation for a context that is longer than in the original pre-training. */
  scaling?: { kind: "linear"; factor: number } | { kind: "llama3"; factor: number; low: number; high: number; original: number };
}

/** An objective whose references are replaced by what they refer to. */
export type ResolvedObjective =
  | Exclude<ObjectiveSpec, { kind: "supervised" | "mixture" | "sequence" }>
  | { kind: "supervised"; task: TrainedTask }
  | { kind: "mixture"; parts: WeightedPart[] }
  | { kind: "sequence"; parts: WeightedPart[]; resetOptimizer?: true };

export interface WeightedPart {
  weight: number;
  /** Name in events; not part of the fingerprint. */
  name: string;
  objective: ResolvedObjective;
}

/** A task whose files have been read far enough to know the possible answers. */
export type ResolvedTask = WithoutNames<TaskSpec> & {
  /** Labels in sorted order; the class of a label is its index. Empty if the answers are not labels. */
  labels: string[];
  files: InputFile[];
};

/** Each member of a union without names and display settings, which are not part of the fingerprint. */
type WithoutNames<T> = T extends unknown ? Omit<T, "doc" | "metrics" | "benchmark"> : never;
export type ResolvedTaskOf<K extends TaskKind> = Extract<ResolvedTask, { kind: K }>;
/** A task that models are scored on as they are: nothing is trained. */
export type EvaluatedTask = Extract<ResolvedTask, { train: null }>;
/** A task that models are fine-tuned on. */
export type TrainedTask = Exclude<ResolvedTask, EvaluatedTask>;

/** The cost of a program, from its trace. */
export interface Cost {
  /** Number of trained parameters. */
  parameters: number;
  /** Number of these in token and position embeddings and the vocabulary projection. */
  embeddings: number;
  /** Positions read per step, counted without padding. */
  tokensPerStep: number;
  /** FLOPs per step, which are twice the multiply-adds of forward and backward, averaged over the parts of a mixture as scheduled. */
  flopsPerStep: number;
  /** Bytes of parameters, optimiser state and activations at their peak. */
  memoryBytes: number;
}

export interface PretrainJob extends JobBase<"pretrain">, TokenLossSettings {
  model: ResolvedModel;
  objective: ResolvedObjective;
  /** Ids of the jobs that it reads. */
  encoded: string;
  tokenizer: string;
  steps: number;
  warmupSteps: number;
  batch: number;
  accumulate: number;
  optimizer: OptimizerSpec;
  /** Decay of the average of the weights that is the result; absent: the weights themselves are. */
  ema?: number;
  precision: PretrainSpec["precision"];
  seed: number;
  /** Steps between validations. Not part of the fingerprint, as it does not change the final model. */
  evaluateEvery: number;
  /** When checkpoints are written. Not part of the fingerprint either. */
  save: PretrainSpec["save"];
  /**
   * Steps, in ascending order, after which the weights are kept for fine-tunings that start from them; absent: only after the last. Not
   * part of the fingerprint either.
   */
  keep?: number[];
  cost: Cost;
}

/** A contamination check: a job that searches the training text of a corpus for the test examples of a task. */
export interface ContaminationJob extends JobBase<"contamination"> {
  corpus: string;
  task: ResolvedTask;
  taskName: string;
}

/** A job that measures the step time of a pre-training on this machine, to match cells by time. */
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
  /** Id of the pre-training job whose weights it starts from; null: weights are initialised, or come from the model's checkpoint. */
  from: string | null;
  /** The step after which the weights were kept; absent: the final weights. */
  at?: number;
  model: ResolvedModel;
  tokenizer: string;
  task: TrainedTask;
  /** Key of the task in the specification. Not part of the fingerprint. */
  taskName: string;
  settings: Omit<FinetuneSettings, "task">;
  seed: number;
  /** Cost with rows about as long as the longest training text; if the model writes the answer, with full rows. */
  cost: Cost;
  /** Number of examples of each split. Not part of the fingerprint, which includes the task's files. */
  examples: Record<Split, number>;
  /** Estimated share of these positions, 0 to 1, that batches of the task's texts fill. Not part of the fingerprint either. */
  fill: number;
}

/** Scores a model on a task as it is: nothing is trained. */
export interface EvaluateJob extends JobBase<"evaluate"> {
  /** Id of the pre-training job whose weights are scored; null: those of the model's checkpoint, or initialised ones. */
  from: string | null;
  /** The step after which the weights were kept; absent: the final weights. */
  at?: number;
  model: ResolvedModel;
  tokenizer: string;
  task: EvaluatedTask;
  /** Key of the task in the specification; not part of the fingerprint. */
  taskName: string;
  /** Rows of a batch. */
  batch: number;
  /** Seed of initialised weights; part of the fingerprint if `from` is null. */
  seed: number;
}

/** A constant baseline: a job that scores the most frequent label of the training split as the answer to every example. */
export interface MajorityJob extends JobBase<"majority"> {
  task: ResolvedTask;
  taskName: string;
}

export interface CompareJob extends JobBase<"compare"> {
  comparison: string;
  question?: string;
  match: MatchedAmount;
  cells: ComparedCell[];
  /** The tasks and metrics to report and judge. */
  tasks: { task: string; metrics: string[]; benchmark?: string }[];
  /** The contamination check of each task against each corpus that a cell reads; `corpus` is its name in the specification. */
  contamination: { task: string; corpus: string; job: string }[];
  baselines: ComparedBaseline[];
  expect: Expectation[];
  /**
   * If seeds are added until the comparison is settled: the number of seeds at each interim analysis so far, ending with this one, and at
   * the final one.
   */
  interimAnalyses?: { seeds: number[]; max: number };
}

/**
 * A run of a baseline. `scratch` has the architecture of a cell; there is one `majority` per task. A `checkpoint`, whose name is `cell`,
 * is fine-tuned without further pre-training, and compared with the cells that start from it, if there are any.
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
  /** Label of the cell, made of the values that vary. */
  cell: string;
  runs: {
    seed: number;
    pretrain: string;
    finetunes: FinetuneRun[];
    /** Fine-tunings from intermediate weights, in ascending order of their share of the steps. */
    checkpoints?: { share: number; step: number; finetunes: FinetuneRun[] }[];
  }[];
  /** If learning rates were searched: the one with the best validation loss, and the FLOPs of the other runs. */
  searched?: { learningRate: number; flops: number; runs: { learningRate: number; job: string }[] };
  /** Totals of the whole pre-training. */
  matched: { tokens: number; flops: number; steps: number; parameters: number; embeddings: number };
}
