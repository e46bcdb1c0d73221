import type { SpecifiedOrNull } from "./catalogue/specified.ts";
import type { taskOptions } from "./catalogue/tasks.ts";
import type { Documented } from "./spec.ts";

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

/**
 * A task. Columns and settings of each kind are the keys of its entry in the catalogue; a key without a value is null. The keys that all
 * kinds have in common are specified as below.
 */
export type TaskSpec = TaskOption extends infer O ? (O extends TaskOption ? Flat<SpecOf<O>> : never) : never;
export type TaskKind = TaskSpec["kind"];
export type TaskSpecOf<K extends TaskKind> = Extract<TaskSpec, { kind: K }>;

/** Kinds of task whose answer is one label, for a text or a pair of texts. */
export type ClassificationKind = "classification" | "pair_classification";
/** Kinds of task whose answer is a text that the model writes. */
export type TextPairKind = "translation" | "summarisation" | "generation";

/** The keys of tasks that the specification has in another form than the catalogue. */
export const commonTaskKeys = [
  "train",
  "validation",
  "test",
  "files",
  "format",
  "columns",
  "separator",
  "encoding",
  "metrics",
  "benchmark",
  "as",
  "prefix",
] as const;

type TaskOption = (typeof taskOptions)[number];
type KeyOf<O extends TaskOption> = O["keys"][number]["name"];
type SpecOf<O extends TaskOption> = { kind: O["name"] } & Documented &
  SpecifiedOrNull<O, (typeof commonTaskKeys)[number]> &
  ("train" extends KeyOf<O> ? SplitFiles : TestFiles) &
  ("as" extends KeyOf<O> ? Answered : object) &
  ("prefix" extends KeyOf<O> ? { /** Text before every source; may be empty. */ prefix: string } : object) &
  (O["name"] extends "classification" ? { /** As of a pair: there is no second text. */ second: null } : object) & {
    data: DataFormat;
    /** The metrics that the results show; all metrics of the kind are computed. */
    metrics: string[];
    /** The published benchmark that the data belong to; see `published-values.ts`. */
    benchmark?: string;
  };

interface SplitFiles {
  /** For `validation` and `test`, a number is a share of the training examples, split off by the hash of each. */
  train: DataFiles;
  validation: DataFiles | number;
  test: DataFiles | number;
}

/** Nothing is trained: all files belong to the test split. */
interface TestFiles {
  train: null;
  validation: null;
  /** Glob patterns, absolute; in a resolved task, paths. */
  test: readonly string[];
}

/** How a kind of task with a head is answered. Absent: by the head; text-to-text: the model writes the answer. */
interface Answered {
  /** `prefix`: text before every input; may be empty. */
  as?: { prefix: string };
}

type Flat<T> = { [K in keyof T]: T[K] };
