import * as v from "valibot";
import { numberOrNull, processId, shareOfOne, split, whole } from "./schema.ts";

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
export const runSession = v.object({
  /** SIGINT asks it to stop cleanly. */
  pid: processId,
  /** When the process started, as its system writes it, to tell it from a later one with the same id; null: not known. */
  started: v.nullable(v.string()),
  host: v.string(),
  /** Absolute path of the `.pretrain` file, and the declaration of it that is run. */
  file: v.string(),
  name: v.string(),
  /** ISO 8601, UTC. */
  start: v.string(),
});
export type RunSession = v.InferOutput<typeof runSession>;

function eachSplit<S extends v.GenericSchema>(schema: S) {
  return v.object({ train: schema, validation: schema, test: schema });
}

/** What a job found that whoever reads its numbers should know, a sentence each: texts that a context cut, for example. */
const noted = { notes: v.exactOptional(v.array(v.string())) };

export const corpusResult = v.object({
  ...noted,
  splits: eachSplit(v.object({ documents: whole, bytes: whole, characters: whole })),
  /** Documents that were left out because they repeat an earlier one. */
  repeated: v.exactOptional(whole),
});
export type CorpusResult = v.InferOutput<typeof corpusResult>;

export const tokenizerResult = v.object({
  ...noted,
  /** Entries in all, as in the model's embedding. */
  vocabulary: whole,
});
export type TokenizerResult = v.InferOutput<typeof tokenizerResult>;

/** What of a text its ids do not give back: of characters that are known. */
const lostInText = v.picklist(["case", "accents", "spaces", "forms", "other"]);
export type LostInText = v.InferOutput<typeof lostInText>;

export const encodeResult = v.object({
  ...noted,
  vocabulary: whole,
  /** Bytes an id takes: 2 or 4. */
  width: v.picklist([2, 4]),
  splits: eachSplit(
    v.object({
      tokens: whole,
      bytes: whole,
      documents: whole,
      shards: v.array(v.object({ file: v.string(), tokens: whole })),
      /** Tokens of some documents, `<s>` and `</s>` included: every so many-th, about a thousand at most. */
      lengths: v.exactOptional(v.array(whole)),
    }),
  ),
  /** Of validation and test: documents that were decoded again (of much text the first), those that came back as they were, unknown tokens in all. */
  roundTrip: v.exactOptional(v.object({ documents: whole, same: whole, unknown: whole, lost: v.array(lostInText) })),
});
export type EncodeResult = v.InferOutput<typeof encodeResult>;

/** A score and over how many items it was taken. */
export const score = v.object({
  metric: v.string(),
  /** Null where the data leave the metric without one. */
  value: v.nullable(v.number()),
  /** Why there is none, as the end of a sentence: `all right labels are "a"`. Present where the value is null. */
  undefined: v.exactOptional(v.string()),
  split,
  n: whole,
  /** How far it would move with other items of the kind: test examples, windows of text. Where that can be computed. */
  standard_error: v.exactOptional(v.number()),
});
export type Score = v.InferOutput<typeof score>;

export const pretrainResult = v.object({
  ...noted,
  steps: whole,
  tokens: whole,
  /** Positions that were predicted. */
  predicted: whole,
  flops: v.number(),
  seconds: v.number(),
  /** Share of the training's time, 0 to 1, that went into batches, events and checkpoints. */
  aroundSteps: v.exactOptional(shareOfOne),
  /** Of it, the share in which the engine had no batch to work on. */
  waitingForData: v.exactOptional(shareOfOne),
  finalLoss: v.number(),
  scores: v.array(score),
});
export type PretrainResult = v.InferOutput<typeof pretrainResult>;

export const leaksResult = v.object({
  /** Test examples. */
  items: whole,
  /** Of these, long enough to be looked for. */
  checked: whole,
  /** Ids of those that the corpus holds, word for word. */
  leaked: v.array(v.string()),
  /** The first of them, with the words that both have. */
  examples: v.array(v.object({ id: v.string(), text: v.string(), words: v.string() })),
});
export type LeaksResult = v.InferOutput<typeof leaksResult>;

export const measureResult = v.object({
  /** Of work, once it runs at its usual speed. */
  secondsPerStep: v.number(),
});
export type MeasureResult = v.InferOutput<typeof measureResult>;

export const finetuneResult = v.object({
  ...noted,
  steps: whole,
  seconds: v.number(),
  /** As of a pre-training. */
  aroundSteps: v.exactOptional(shareOfOne),
  waitingForData: v.exactOptional(shareOfOne),
  /** Chosen on validation. */
  bestEpoch: whole,
  scores: v.array(score),
  /** When the test split was read, ISO 8601. */
  testReadAt: v.string(),
});
export type FinetuneResult = v.InferOutput<typeof finetuneResult>;

export const majorityResult = v.object({
  label: v.string(),
  scores: v.array(score),
});
export type MajorityResult = v.InferOutput<typeof majorityResult>;

/** What a publication says of a task's metric. */
export const publishedScores = v.object({
  task: v.string(),
  metric: v.string(),
  /** A few words for a chart. */
  label: v.string(),
  /** The work as it is cited, and where in it. */
  source: v.string(),
  place: v.string(),
  models: v.array(v.object({ name: v.string(), value: v.number() })),
  /** Why these are not to be held against the cells' scores. */
  not_comparable: v.array(v.string()),
});
export type PublishedScores = v.InferOutput<typeof publishedScores>;

/** A task's score when weights of the pre-training's course are fine-tuned. */
export const learningCurve = v.object({
  cell: v.string(),
  task: v.string(),
  metric: v.string(),
  /** Ascending. */
  points: v.array(
    v.object({
      /** Of the pre-training's steps, 0 to 1. */
      share: v.number(),
      step: whole,
      /** Pre-training seeds, and the score of each over its fine-tuning seeds. */
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

export const verdict = v.object({
  left: v.string(),
  right: v.string(),
  task: v.string(),
  metric: v.string(),
  /** Pre-training seeds that both sides have. */
  n: whole,
  /** Mean of left − right over the paired seeds, whichever way the score is better. */
  difference: v.number(),
  low: numberOrNull,
  high: numberOrNull,
  p: numberOrNull,
  /** Of the left side, whichever way its score is better: a lower perplexity is `better`, though its difference is below zero. */
  verdict: v.picklist(["better", "worse", "no difference found", "no verdict"]),
  /** Of `no verdict`: why there is none, and what it takes. */
  why: v.exactOptional(v.string()),
  /** Where none was found: the true difference that this design finds four times in five; null where it cannot be said. */
  detectable: numberOrNull,
  /** Where none was found: more seeds that would find the difference that was seen; null: no reasonable number. */
  more_seeds: numberOrNull,
});
export type Verdict = v.InferOutput<typeof verdict>;

/** Which score of a comparison: of a cell's fine-tuning, or of its text where there is no task. */
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
        /** Where it was searched for on validation: what was taken, and the FLOPs of the runs that were not. */
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
  /** Scores that there should be and are not: left without a value by the data, or by a run that is not done. */
  missing: v.optional(
    v.array(
      v.object({
        ...scoreOfCell,
        /** Whether its run is done. */
        done: v.boolean(),
        /** As the end of a sentence. */
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
      /** True where the row is a baseline. */
      baseline: v.boolean(),
      /** The mean without the test examples that a corpus holds; null where none is held, or single examples are not known. */
      without_leaks: numberOrNull,
      /** Baselines that this cell was found to be worse than: by the verdict, not by the means alone. */
      below: v.array(v.string()),
    }),
  ),
  verdicts: v.array(verdict),
  expectations: v.array(
    v.object({
      text: v.string(),
      answer: v.picklist(["confirmed", "refuted", "undecided"]),
      reason: v.string(),
      /** When it was first recorded, ISO 8601; null: never, as nothing was run since it was written. */
      recorded: v.nullable(v.string()),
      /** Whether that was before a test split was read. */
      before_test: v.nullable(v.boolean()),
    }),
  ),
  /** Scores along the pre-training, of comparisons with `checkpoints`: the last point is the end. */
  curves: v.exactOptional(v.array(learningCurve)),
  /** Published values for tasks that name their `benchmark`. */
  references: v.exactOptional(v.array(publishedScores)),
  /** Test examples that the corpus of a cell holds, word for word. */
  leaks: v.array(v.object({ ...leaksResult.entries, task: v.string(), corpus: v.string() })),
  /** When a run of the comparison first read a test split, ISO 8601. */
  test_first_read: v.nullable(v.string()),
  warnings: v.array(v.string()),
  /** What its jobs noted, and which of them noted it. */
  notes: v.exactOptional(v.array(v.object({ text: v.string(), jobs: v.array(v.string()) }))),
  /** How means, intervals and p-values were computed, in one or two sentences. */
  method: v.string(),
});
export type ComparisonResult = v.InferOutput<typeof comparisonResult>;

const byKind = {
  corpus: corpusResult,
  tokenizer: tokenizerResult,
  encode: encodeResult,
  leaks: leaksResult,
  measure: measureResult,
  pretrain: pretrainResult,
  finetune: finetuneResult,
  majority: majorityResult,
  compare: comparisonResult,
};

/** What each kind of job leaves in `result.json`. */
export type Results = { [K in keyof typeof byKind]: v.InferOutput<(typeof byKind)[K]> };
export const results: { [K in keyof Results]: v.GenericSchema<unknown, Results[K]> } = byKind;
