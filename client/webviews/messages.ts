import type { ComparisonResult, Score } from "#runtime/contract/artifacts.ts";
import type { PageName } from "./pages.ts";

/* What the extension and its pages say to each other. */

/** What a page shows: kept by VS Code, so that the page comes back after a reload. */
export type Shown =
  | { page: PageName; uri: string; name: string }
  /** Runs that the user picked, of one store. */
  | { page: "comparison" | "curves"; store: string; runs: string[] };

export type ToPage =
  | { type: "curves"; title: string; runs: CurveRun[] }
  | { type: "points"; run: string; points: Points }
  | { type: "evaluations"; run: string; evaluations: Evaluation[] }
  | { type: "comparison"; title: string; status: string; result: ComparisonResult; columns: SettingColumn[] }
  /** Of the command that the table of pages names, as the page knows it. */
  | { type: "answer"; answer: unknown }
  /** Instead of content: what is not there yet, what went wrong, and what to do. */
  | { type: "message"; title: string; text: string };

export type FromPage =
  | { type: "ready" }
  | { type: "save"; name: string; format: "svg" | "png" | "csv"; content: string }
  | { type: "copy"; text: string }
  /** Of a run that the page shows. */
  | { type: "log"; run: string };

/** A run whose curves are shown. */
export interface CurveRun {
  id: string;
  label: string;
  /** Runs of a group have one colour: the seeds of a cell. */
  group: string;
  /** For people: running, done, failed and why. */
  state: string;
  flopsPerStep: number;
  /** In all; null where the data decide. */
  steps: number | null;
  scores: readonly Score[];
}

/** Columns of equal length, one entry a step. After a resumed run they begin again at a step that was there: the later hold. */
export interface Points {
  step: number[];
  tokens: number[];
  loss: number[];
  learning_rate: number[];
  gradient_norm: number[];
  tokens_per_second: number[];
  /** Seconds of work, stops left out. */
  seconds: number[];
}

export interface Evaluation {
  metric: string;
  split: string;
  step: number;
  value: number;
}

/** A setting in which the compared differ. */
export interface SettingColumn {
  label: string;
  values: Record<string, string>;
}
