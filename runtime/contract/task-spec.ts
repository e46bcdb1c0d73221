import type { Documented, HeadPooling } from "./spec.ts";

/**
 * The files of a split: one file, several files in order, two aligned files (line n of one corresponds to line n of the other), or files
 * of a data set of the hub. Paths are absolute.
 */
export type DataFiles = string | readonly string[] | AlignedFiles | HubFiles;
/** Files of a data set of the hub. `files`: patterns of paths in its repository; null: those whose names indicate the split. */
export interface HubFiles {
  hub: string;
  files: string[] | null;
}
export interface AlignedFiles {
  source: string;
  target: string;
}

/** How a task's files are read. */
export interface DataFormat {
  /** `auto`: by file extension. */
  format: "auto" | "tsv" | "csv" | "jsonl" | "conll" | "squad";
  /** Names of the columns of a file without a header; null: the file names them. */
  columns: string[] | null;
  /** Column separators: one for all columns, or one for each gap between columns; null: that of the format. */
  separators: string[] | null;
  encoding: "utf-8" | "latin-1" | "windows-1252";
}

interface DataOfTask extends Documented {
  /** For `validation` and `test`, a number is a share of the training examples, split off by the hash of each. */
  train: DataFiles;
  validation: DataFiles | number;
  test: DataFiles | number;
  data: DataFormat;
  /** The metrics that the results show; all metrics of the kind are computed. */
  metrics: string[];
  /** The published benchmark that the data belong to; see `published.ts`. */
  benchmark?: string;
}

/** For kinds of task with a head. Without `as`, the head answers. */
interface Answered {
  as?: InWords;
}

/** Text-to-text: the model writes the answer. */
export interface InWords {
  /** Text before every input; may be empty. */
  prefix: string;
}

/** Kinds of task whose answer is one label, for a text or a pair of texts. */
export type ClassificationKind = "classification" | "pair_classification";

export interface ClassificationSpec<K extends ClassificationKind = "classification"> extends DataOfTask, Answered {
  kind: K;
  /** Column names. `second`: that of the second text of a pair; null if there is only one text. */
  text: string;
  second: string | null;
  label: string;
  pool: HeadPooling;
}

export interface RegressionSpec extends DataOfTask, Answered {
  kind: "regression";
  text: string;
  second: string | null;
  value: string;
  pool: HeadPooling;
}

export interface TaggingSpec extends DataOfTask, Answered {
  kind: "tagging";
  /** Columns or fields; null: the first and last column of a CoNLL file, `tokens` and `tags` in JSON Lines. */
  words: string | null;
  tags: string | null;
}

export interface MultipleChoiceSpec extends DataOfTask, Answered {
  kind: "multiple_choice";
  /** Column of the question; null: the choices are read without a question. */
  question: string | null;
  /** A column for each choice, or one field with a list of choices. */
  choices: string[];
  answer: string;
  /** Number of the first choice, for answers that are numbers: 0 or 1. */
  firstNumber: number;
  pool: HeadPooling;
}

export interface QuestionAnsweringSpec extends DataOfTask, Answered {
  kind: "span_question_answering";
  /** Tokens between the starts of successive windows; null: half of the context tokens that a window holds. */
  stride: number | null;
  /** Maximum number of tokens of an answer. */
  longestAnswer: number;
}

/** Kinds of task whose answer is a text that the model writes. */
export type TextPairKind = "translation" | "summarisation" | "generation";

export interface TextPairSpec<K extends TextPairKind> extends DataOfTask {
  kind: K;
  /** Columns of the texts, unless the files are aligned. */
  source: string;
  target: string;
  /** Text before every source; may be empty. */
  prefix: string;
  /** Beam size: the number of hypotheses kept at each step of decoding; 1: greedy decoding. */
  beams: number;
  /** Maximum number of tokens of a written text. */
  longest: number;
}

/** Pairs of sentences, one acceptable and one not. Nothing is trained: all files are the test split. */
export interface MinimalPairsSpec extends Omit<DataOfTask, "train" | "validation" | "test"> {
  kind: "minimal_pairs";
  train: null;
  validation: null;
  /** Absolute glob patterns; in a resolved task, paths. */
  test: readonly string[];
  good: string;
  bad: string;
  group: string | null;
}

export type TaskSpec =
  | ClassificationSpec
  | ClassificationSpec<"pair_classification">
  | RegressionSpec
  | TaggingSpec
  | MultipleChoiceSpec
  | QuestionAnsweringSpec
  | TextPairSpec<"translation">
  | TextPairSpec<"summarisation">
  | TextPairSpec<"generation">
  | MinimalPairsSpec;
export type TaskKind = TaskSpec["kind"];
