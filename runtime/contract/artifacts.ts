import type { Split } from "./spec.ts";

/*
 * The run folder `.pretrain/runs/<job id>/`:
 *   job.json        the job, as planned
 *   events.jsonl    append-only
 *   manifest.json   versions, engine, device, start and end
 *   lock            process id and host of the process that works on it
 *   checkpoints/    step-00001000/ …: safetensors and state.json; kept until the job is done
 *   result.json     written last, whole and renamed: its presence means done
 * and by kind:
 *   corpus     train.txt, validation.txt, test.txt: documents one after another; *.index: byte offset of each document's
 *              start and, last, the end: little-endian float64
 *   tokenizer  tokenizer.json
 *   encode     train-00000.bin …: token ids, little-endian uint16 (vocabulary up to 65,536) or uint32
 *   leaks      result.json alone
 *   measure    result.json alone
 *   pretrain   model.safetensors; kept/step-00000500.safetensors …: weights after earlier steps, where they are wanted
 *   finetune   model.safetensors (what was trained), predictions.jsonl
 *   majority   predictions.jsonl
 *   compare    result.json alone
 */

/** `.pretrain/sessions/<process id>.json`: a `pretrain run` that works now. Its process may have been killed. */
export interface RunSession {
  /** SIGINT asks it to stop cleanly. */
  pid: number;
  /** When the process started, as its system writes it, to tell it from a later one with the same id; null: not known. */
  started: string | null;
  host: string;
  /** Absolute path of the `.pretrain` file, and the declaration of it that is run. */
  file: string;
  name: string;
  /** ISO 8601, UTC. */
  start: string;
}

export interface CorpusResult {
  splits: Record<Split, { documents: number; bytes: number; characters: number }>;
  /** Documents that were left out because they repeat an earlier one. */
  repeated?: number;
}

export interface TokenizerResult {
  /** Entries in all, as in the model's embedding. */
  vocabulary: number;
}

export interface EncodeResult {
  vocabulary: number;
  /** Bytes an id takes: 2 or 4. */
  width: 2 | 4;
  splits: Record<Split, { tokens: number; bytes: number; documents: number; shards: { file: string; tokens: number }[] }>;
}

/** A score and over how many items it was taken. */
export interface Score {
  metric: string;
  value: number;
  split: Split;
  n: number;
  /** How far it would move with other items of the kind: test examples, windows of text. Where that can be computed. */
  standard_error?: number;
}

export interface PretrainResult {
  steps: number;
  tokens: number;
  /** Positions that were predicted. */
  predicted: number;
  flops: number;
  seconds: number;
  /** Share of the training's time, 0 to 1, that went into batches, events and checkpoints. */
  aroundSteps?: number;
  /** Of it, the share in which the engine had no batch to work on. */
  waitingForData?: number;
  finalLoss: number;
  scores: Score[];
}

export interface LeaksResult {
  /** Test examples. */
  items: number;
  /** Of these, long enough to be looked for. */
  checked: number;
  /** Ids of those that the corpus holds, word for word. */
  leaked: string[];
  /** The first of them, with the words that both have. */
  examples: { id: string; text: string; words: string }[];
}

export interface MeasureResult {
  /** Of work, once it runs at its usual speed. */
  secondsPerStep: number;
}

export interface FinetuneResult {
  steps: number;
  seconds: number;
  /** As of a pre-training. */
  aroundSteps?: number;
  waitingForData?: number;
  /** Chosen on validation. */
  bestEpoch: number;
  scores: Score[];
  /** When the test split was read, ISO 8601. */
  testReadAt: string;
}

export interface MajorityResult {
  label: string;
  scores: Score[];
}

/** `pretrain results --json`: other programs rely on these names. */
export interface ComparisonResult {
  comparison: string;
  question?: string;
  matched: {
    match: string;
    cells: {
      cell: string;
      tokens: number;
      flops: number;
      steps: number;
      parameters: number;
      embeddings: number;
      seconds: number;
      /** Where it was searched for on validation: what was taken, and the FLOPs of the runs that were not. */
      learning_rate?: number;
      search_flops?: number;
    }[];
  };
  cells: { cell: string; seed: number; finetune_seed: number; task: string; metric: string; value: number }[];
  summary: {
    cell: string;
    task: string;
    metric: string;
    n: number;
    mean: number;
    standard_error: number;
    /** 95% interval of the mean; null with one seed. */
    low: number | null;
    high: number | null;
    /** True where the row is a baseline. */
    baseline: boolean;
    /** The mean without the test examples that a corpus holds; null where none is held, or single examples are not known. */
    without_leaks: number | null;
    /** Baselines that are better than this cell. */
    below: string[];
  }[];
  verdicts: Verdict[];
  expectations: {
    text: string;
    answer: "confirmed" | "refuted" | "undecided";
    reason: string;
    /** When it was first recorded, ISO 8601; null: never, as nothing was run since it was written. */
    recorded: string | null;
    /** Whether that was before a test split was read. */
    before_test: boolean | null;
  }[];
  /** Scores along the pre-training, of comparisons with `checkpoints`: the last point is the end. */
  curves?: LearningCurve[];
  /** Published values for tasks that name their `benchmark`. */
  references?: PublishedScores[];
  /** Test examples that the corpus of a cell holds, word for word. */
  leaks: (LeaksResult & { task: string; corpus: string })[];
  /** When a run of the comparison first read a test split, ISO 8601. */
  test_first_read: string | null;
  warnings: string[];
  /** How means, intervals and p-values were computed, in one or two sentences. */
  method: string;
}

/** What a publication says of a task's metric. */
export interface PublishedScores {
  task: string;
  metric: string;
  /** A few words for a chart. */
  label: string;
  /** The work as it is cited, and where in it. */
  source: string;
  place: string;
  models: { name: string; value: number }[];
  /** Why these are not to be held against the cells' scores. */
  not_comparable: string[];
}

/** A task's score when weights of the pre-training's course are fine-tuned. */
export interface LearningCurve {
  cell: string;
  task: string;
  metric: string;
  /** Ascending. */
  points: {
    /** Of the pre-training's steps, 0 to 1. */
    share: number;
    step: number;
    /** Pre-training seeds, and the score of each over its fine-tuning seeds. */
    n: number;
    values: number[];
    mean: number;
    standard_error: number;
    /** 95% interval of the mean; null with one seed. */
    low: number | null;
    high: number | null;
  }[];
}

export interface Verdict {
  left: string;
  right: string;
  task: string;
  metric: string;
  /** Pre-training seeds that both sides have. */
  n: number;
  /** Mean of left − right over the paired seeds. */
  difference: number;
  low: number | null;
  high: number | null;
  p: number | null;
  verdict: "greater" | "less" | "no difference found";
  /** Where none was found: the true difference that this design finds four times in five; null where it cannot be said. */
  detectable: number | null;
  /** Where none was found: more seeds that would find the difference that was seen; null: no reasonable number. */
  more_seeds: number | null;
}
