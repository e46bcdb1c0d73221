import * as v from "valibot";
import { learningPoint, unlearnedPart } from "./learning-point.ts";
import { numberOrNull, processId, shareOfOne, split, whole } from "./schema.ts";

/*
 * The run folder `.pretrain/runs/<job id>/`:
 *   job.json        the planned job
 *   events.jsonl    append-only
 *   manifest.json   versions, engine, device, start and end
 *   lock            process id and host of the process that runs the job
 *   checkpoints/    step-00001000/ …: safetensors and state.json; kept until the job is done
 *   result.json     written last, to a temporary name, then renamed: the job is done if it exists
 * and for each kind of job:
 *   corpus     train.txt, validation.txt, test.txt: concatenated documents; *.index: byte offset of the start of each document,
 *              then of the end of the last: little-endian float64
 *   tokenizer  tokenizer.json
 *   encode     train-00000.bin …: token ids, little-endian uint16 (vocabulary up to 65,536) or uint32
 *   contamination  result.json alone
 *   measure    result.json alone
 *   pretrain   model.safetensors; kept/step-00000500.safetensors …: weights after earlier steps, if the plan keeps them
 *   finetune   model.safetensors (the trained weights), predictions.jsonl
 *   evaluate   predictions.jsonl
 *   majority   predictions.jsonl
 *   compare    result.json alone
 */

/** `.pretrain/sessions/<process id>.json`: a `pretrain run` that is running, or whose process was killed. */
export const runSession = v.object({
  /** Id of the process; SIGINT stops it cleanly. */
  pid: processId,
  /** Start of the process, as its system writes it, which distinguishes it from a later process with the same id; null: unknown. */
  started: v.nullable(v.string()),
  host: v.string(),
  /** Absolute path of the `.pretrain` file, and the name of the declaration that is run. */
  file: v.string(),
  name: v.string(),
  /** ISO 8601, UTC. */
  start: v.string(),
});
export type RunSession = v.InferOutput<typeof runSession>;

function eachSplit<S extends v.GenericSchema>(schema: S) {
  return v.object({ train: schema, validation: schema, test: schema });
}

/** Notes for readers of a job's results, one sentence each: for example that texts were truncated to the context. */
const noted = { notes: v.exactOptional(v.array(v.string())) };

export const corpusResult = v.object({
  ...noted,
  splits: eachSplit(v.object({ documents: whole, bytes: whole, characters: whole })),
  /** Number of documents that were dropped because they repeat an earlier one. */
  repeated: v.exactOptional(whole),
});
export type CorpusResult = v.InferOutput<typeof corpusResult>;

export const tokenizerResult = v.object({
  ...noted,
  /** Number of entries, which is also the number of rows of the model's embedding. */
  vocabulary: whole,
});
export type TokenizerResult = v.InferOutput<typeof tokenizerResult>;

/** A property of a text that its token ids do not reproduce, although all characters are known. */
const lostInText = v.picklist(["case", "accents", "spaces", "forms", "other"]);
export type LostInText = v.InferOutput<typeof lostInText>;

export const encodeResult = v.object({
  ...noted,
  /** Kind of what is read at each position. Earlier versions, which did not write it, encoded tokens. */
  kind: v.optional(v.picklist(["tokens"]), "tokens"),
  vocabulary: whole,
  /** Bytes per id: 2 or 4. */
  width: v.picklist([2, 4]),
  splits: eachSplit(
    v.object({
      tokens: whole,
      bytes: whole,
      documents: whole,
      shards: v.array(v.object({ file: v.string(), tokens: whole })),
      /** Lengths in tokens, including `<s>` and `</s>`, of documents at regular intervals, about a thousand at most. */
      lengths: v.exactOptional(v.array(whole)),
    }),
  ),
  /**
   * Round trip of validation and test documents (only the first, if there is much text): how many were decoded, how many of these are
   * the same text as before, the number of unknown tokens, and what was lost.
   */
  roundTrip: v.exactOptional(v.object({ documents: whole, same: whole, unknown: whole, lost: v.array(lostInText) })),
});
export type EncodeResult = v.InferOutput<typeof encodeResult>;

/** A score on a split, and the number of items that it was computed over. */
export const score = v.object({
  metric: v.string(),
  /** Null if the metric is undefined on these data. */
  value: v.nullable(v.number()),
  /** Why the metric is undefined, as the end of a sentence: `all correct labels are "a"`. Present if the value is null. */
  undefined: v.exactOptional(v.string()),
  split,
  n: whole,
  /** Standard error over the sampled items (test examples, windows of text), if it can be computed. */
  standard_error: v.exactOptional(v.number()),
});
export type Score = v.InferOutput<typeof score>;

export const pretrainResult = v.object({
  ...noted,
  steps: whole,
  tokens: whole,
  /** Number of target positions. */
  predicted: whole,
  flops: v.number(),
  seconds: v.number(),
  /** Share of the training time, 0 to 1, spent outside steps: on batches, events and checkpoints. */
  overhead: v.exactOptional(shareOfOne),
  /** Share of the training time, 0 to 1, in which the engine waited for a batch. */
  waitingForData: v.exactOptional(shareOfOne),
  finalLoss: v.number(),
  scores: v.array(score),
  /** What the model had learned at each validation, the last one after all steps. Absent in results of earlier versions. */
  learning: v.exactOptional(v.array(learningPoint)),
});
export type PretrainResult = v.InferOutput<typeof pretrainResult>;

export const contaminationResult = v.object({
  /** Number of test examples. */
  items: whole,
  /** Number of test examples that are long enough to be checked. */
  checked: whole,
  /** Ids of the test examples that occur verbatim in the corpus. */
  contaminated: v.array(v.string()),
  /** The first of these, with the words that it shares with the corpus. */
  examples: v.array(v.object({ id: v.string(), text: v.string(), words: v.string() })),
});
export type ContaminationResult = v.InferOutput<typeof contaminationResult>;

export const measureResult = v.object({
  /** Step time at steady state. */
  secondsPerStep: v.number(),
});
export type MeasureResult = v.InferOutput<typeof measureResult>;

export const finetuneResult = v.object({
  ...noted,
  steps: whole,
  seconds: v.number(),
  /** As in the result of a pre-training. */
  overhead: v.exactOptional(shareOfOne),
  waitingForData: v.exactOptional(shareOfOne),
  /** The epoch with the best validation score, from 1. */
  bestEpoch: whole,
  scores: v.array(score),
  /** When the test split was read, ISO 8601. */
  testReadAt: v.string(),
});
export type FinetuneResult = v.InferOutput<typeof finetuneResult>;

export const evaluateResult = v.object({
  ...noted,
  seconds: v.number(),
  scores: v.array(score),
  /** When the test split was read, ISO 8601. */
  testReadAt: v.string(),
});
export type EvaluateResult = v.InferOutput<typeof evaluateResult>;

export const majorityResult = v.object({
  label: v.string(),
  scores: v.array(score),
});
export type MajorityResult = v.InferOutput<typeof majorityResult>;

/** Scores from a publication for a metric of a task. */
export const publishedScores = v.object({
  task: v.string(),
  metric: v.string(),
  /** Short label for charts. */
  label: v.string(),
  /** Citation of the publication, and the place in it. */
  source: v.string(),
  place: v.string(),
  models: v.array(v.object({ name: v.string(), value: v.number() })),
  /** Reasons why these are not comparable with the scores of the cells. */
  not_comparable: v.array(v.string()),
});
export type PublishedScores = v.InferOutput<typeof publishedScores>;

/** Scores of a task over the course of a pre-training, whose intermediate weights are fine-tuned. */
export const learningCurve = v.object({
  cell: v.string(),
  task: v.string(),
  metric: v.string(),
  /** In ascending order of steps. */
  points: v.array(
    v.object({
      /** Share of the pre-training's steps, 0 to 1. */
      share: v.number(),
      step: whole,
      /** Number of pre-training seeds; `values` has the mean score of each over its fine-tuning seeds. */
      n: whole,
      values: v.array(v.number()),
      mean: v.number(),
      standard_error: v.number(),
      /** 95% interval of the mean; null with one seed. */
      low: numberOrNull,
      high: numberOrNull,
    }),
  ),
});
export type LearningCurve = v.InferOutput<typeof learningCurve>;

/**
 * The families of tests in a comparison, the most important first: declared expectations, pairs of cells on the main metric of a task, and
 * cells with their baselines on it.
 */
const testFamily = v.picklist(["expectations", "cells", "baselines"]);
export type TestFamily = v.InferOutput<typeof testFamily>;

export const verdict = v.object({
  left: v.string(),
  right: v.string(),
  task: v.string(),
  metric: v.string(),
  /** The family of tests that it belongs to. Absent if the difference is shown without a test. */
  family: v.exactOptional(testFamily),
  /** For a test of equivalence: the largest difference that counts as none, in the metric's own unit. */
  margin: v.exactOptional(v.number()),
  /** `paired`: both sides share the random draws of each seed. `Welch`: they share none but the test examples. */
  test: v.picklist(["paired", "Welch"]),
  /** Number of pre-training seeds: those that both sides have if they are paired, else those of the side that has fewer. */
  n: whole,
  /** Mean of left − right, whether higher or lower is better. */
  difference: v.number(),
  /**
   * Simultaneous interval, which agrees with the verdict: the intervals of a family contain all of its true differences with a probability
   * of 95%. Null if the difference is not tested or cannot be tested.
   */
  low: numberOrNull,
  high: numberOrNull,
  /** The two-sided level of that interval's test, after the correction for several tests. Absent if the difference is not tested. */
  level: v.exactOptional(v.number()),
  /** 95% interval of this difference alone. Null without spread. */
  low_95: numberOrNull,
  high_95: numberOrNull,
  /** p-value adjusted for all tests of the comparison. */
  p: numberOrNull,
  /**
   * Verdict on the left side, given the direction of the metric: a lower perplexity is `better`, though the difference is negative. A test of
   * equivalence says `equal` if the interval is within the margin, `better` or `worse` if it is outside, and `undecided` otherwise.
   */
  verdict: v.picklist(["better", "worse", "equal", "no difference found", "undecided", "no verdict", "not tested"]),
  /** For `no verdict`: why there is none, and what is needed for one. */
  why: v.exactOptional(v.string()),
  /** If no difference was found: the true difference that this design detects with a power of 80%; null if it cannot be estimated. */
  detectable: numberOrNull,
  /** If no difference was found: additional seeds that would detect the observed difference; null: no reasonable number. */
  more_seeds: numberOrNull,
});
export type Verdict = v.InferOutput<typeof verdict>;

/** Identifies a score of a comparison: of a cell's fine-tuning, or of language modelling, whose task is empty. */
const scoreOfCell = { cell: v.string(), seed: v.number(), finetune_seed: v.number(), task: v.string(), metric: v.string() };

/** `pretrain results --json`: other programs rely on these names. */
export const comparisonResult = v.object({
  comparison: v.string(),
  question: v.exactOptional(v.string()),
  matched: v.object({
    match: v.string(),
    cells: v.array(
      v.object({
        cell: v.string(),
        tokens: v.number(),
        flops: v.number(),
        steps: v.number(),
        parameters: v.number(),
        embeddings: v.number(),
        seconds: v.number(),
        /** If learning rates were searched: the one chosen on validation, and the FLOPs of the runs with the other rates. */
        learning_rate: v.exactOptional(v.number()),
        search_flops: v.exactOptional(v.number()),
      }),
    ),
  }),
  cells: v.array(
    v.object({
      ...scoreOfCell,
      value: v.number(),
    }),
  ),
  /** Scores that are missing, because the metric is undefined on the data or because a run is not done. */
  missing: v.optional(
    v.array(
      v.object({
        ...scoreOfCell,
        /** Whether the run is done. */
        done: v.boolean(),
        /** Why the score is missing, as the end of a sentence. */
        reason: v.string(),
      }),
    ),
    [],
  ),
  summary: v.array(
    v.object({
      cell: v.string(),
      task: v.string(),
      metric: v.string(),
      n: whole,
      mean: v.number(),
      standard_error: v.number(),
      /** 95% interval of the mean; null with one seed. */
      low: numberOrNull,
      high: numberOrNull,
      /** Whether the row is a baseline. */
      baseline: v.boolean(),
      /** The mean without contaminated test examples; null if there are none, or if scores of single examples are unknown. */
      without_contaminated: numberOrNull,
      /** Baselines that the verdict found to be better than this cell. */
      below: v.array(v.string()),
    }),
  ),
  verdicts: v.array(verdict),
  /** What cells did not learn, in at least half of their pre-training seeds. Absent in results of earlier versions. */
  unlearned: v.exactOptional(
    v.array(
      v.object({
        cell: v.string(),
        ...unlearnedPart.entries,
        /** The seeds that did not learn it, of how many that say whether they did. */
        seeds: v.array(v.number()),
        of_seeds: whole,
        /** Whether the cell as a whole did not learn, so that expectations about it are undecided. */
        whole: v.boolean(),
      }),
    ),
  ),
  expectations: v.array(
    v.object({
      text: v.string(),
      answer: v.picklist(["confirmed", "refuted", "undecided"]),
      reason: v.string(),
      /** When it was first recorded, ISO 8601; null: not recorded, because nothing was run since it was written. */
      recorded: v.nullable(v.string()),
      /** Whether it was recorded before a test split was read. */
      before_test: v.nullable(v.boolean()),
    }),
  ),
  /** Learning curves of comparisons with `checkpoints`; the last point of each is the end of the pre-training. */
  curves: v.exactOptional(v.array(learningCurve)),
  /** Published values for tasks that name their `benchmark`. */
  references: v.exactOptional(v.array(publishedScores)),
  /** Contamination: test examples that occur verbatim in the corpus of a cell. */
  contamination: v.array(v.object({ ...contaminationResult.entries, task: v.string(), corpus: v.string() })),
  /** When a run of the comparison first read a test split, ISO 8601. */
  test_first_read: v.nullable(v.string()),
  warnings: v.array(v.string()),
  /** Notes of its jobs, each with the names of the jobs that noted it. */
  notes: v.exactOptional(v.array(v.object({ text: v.string(), jobs: v.array(v.string()) }))),
  /** How means, intervals and p-values were computed, in one or two sentences. */
  method: v.string(),
});
export type ComparisonResult = v.InferOutput<typeof comparisonResult>;

const byKind = {
  corpus: corpusResult,
  tokenizer: tokenizerResult,
  encode: encodeResult,
  contamination: contaminationResult,
  measure: measureResult,
  pretrain: pretrainResult,
  finetune: finetuneResult,
  evaluate: evaluateResult,
  majority: majorityResult,
  compare: comparisonResult,
};

/** The content of `result.json` for each kind of job. */
export type Results = { [K in keyof typeof byKind]: v.InferOutput<(typeof byKind)[K]> };
export const results: { [K in keyof Results]: v.GenericSchema<unknown, Results[K]> } = byKind;
