import type { Documented, HeadPooling } from "./spec.ts";

/**
 * One file, several one after the other, two of which line n of the one belongs to line n of the other, or files of a data set of the hub.
 * Absolute paths.
 */
export type DataFiles = string | readonly string[] | AlignedFiles | HubFiles;
/** `files`: patterns of paths in the data set's repository; null: those of the split, by their names. */
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
  /** `auto`: what the file's ending says. */
  format: "auto" | "tsv" | "csv" | "jsonl" | "conll" | "squad";
  /** Names of the columns of a file without a header; null: the file names them. */
  columns: string[] | null;
  /** What parts the columns: one for all gaps, or one for each; null: what the format says. */
  separators: string[] | null;
  encoding: "utf-8" | "latin-1" | "windows-1252";
}

interface DataOfTask extends Documented {
  /** Absolute paths; a number is a share that is split off the training file by the hash of each example. */
  train: DataFiles;
  validation: DataFiles | number;
  test: DataFiles | number;
  data: DataFormat;
  /** What the results show; all metrics of the kind are computed. */
  metrics: string[];
  /** Whose data it is; see `published.ts`. */
  benchmark?: string;
}

/** Of kinds that have a head; left out: the head answers. */
interface Answered {
  as?: InWords;
}

/** The model writes the answer. */
export interface InWords {
  /** Stands before everything that is read; empty: nothing. */
  prefix: string;
}

/** Kinds whose answer is one label of a text or of a pair of texts. */
export type ClassificationKind = "classification" | "pair_classification";

export interface ClassificationSpec<K extends ClassificationKind = "classification"> extends DataOfTask, Answered {
  kind: K;
  /** Column names. `second`: of a pair's second text, else null. */
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
  /** Columns or fields; null: of a CoNLL file the first and the last column, of JSON Lines `tokens` and `tags`. */
  words: string | null;
  tags: string | null;
}

export interface MultipleChoiceSpec extends DataOfTask, Answered {
  kind: "multiple_choice";
  /** Column; null: the choices speak for themselves. */
  question: string | null;
  /** A column each, or one field that holds a list. */
  choices: string[];
  answer: string;
  /** Answers that are numbers count from here: 0 or 1. */
  firstNumber: number;
  pool: HeadPooling;
}

export interface QuestionAnsweringSpec extends DataOfTask, Answered {
  kind: "span_question_answering";
  /** Tokens from the beginning of a window to that of the next; null: half of what a window holds. */
  stride: number | null;
  /** Tokens of an answer at the most. */
  longestAnswer: number;
}

/** Kinds whose answer is a text that the model writes. */
export type TextPairKind = "translation" | "summarisation" | "generation";

export interface TextPairSpec<K extends TextPairKind> extends DataOfTask {
  kind: K;
  /** Columns, where the files are no aligned ones. */
  source: string;
  target: string;
  /** Stands before every source; empty: nothing. */
  prefix: string;
  /** Hypotheses that are kept at each step of writing; 1: the likeliest token always. */
  beams: number;
  /** Tokens that are written at the most. */
  longest: number;
}

/** Nothing is trained: all files are its test split. */
export interface MinimalPairsSpec extends Omit<DataOfTask, "train" | "validation" | "test"> {
  kind: "minimal_pairs";
  train: null;
  validation: null;
  /** Glob patterns, absolute; of a resolved task: paths. */
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
