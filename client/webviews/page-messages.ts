import type { ComparisonResult, Score } from "#runtime/contract/artifacts.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { PageName } from "./pages.ts";

/* Messages between the extension and its pages. */

/** What a page shows. VS Code stores it, so that the page can be restored after a reload. */
export type Shown =
  | { page: PageName; uri: string; name: string }
  /** Runs of one store that the user picked. */
  | { page: "comparison" | "curves"; store: string; runs: string[] };

export type ToPage =
  | { type: "curves"; title: string; runs: CurveRun[] }
  | { type: "points"; run: string; points: Points }
  | { type: "evaluations"; run: string; evaluations: EvaluationPoint[] }
  | { type: "comparison"; title: string; status: string; result: ComparisonResult; columns: SettingColumn[] }
  /** The answer of the command that the table of pages names, in the form that the page expects. */
  | { type: "answer"; answer: unknown }
  /** Shown instead of content: what is missing or failed, and what to do. */
  | { type: "message"; title: string; text: string };

export type FromPage =
  | { type: "ready" }
  | { type: "save"; name: string; format: "svg" | "png" | "csv"; content: string }
  | { type: "copy"; text: string }
  /** Asks for the log of a run on the page. */
  | { type: "log"; run: string };

/** A run with curves. */
export interface CurveRun {
  id: string;
  label: string;
  /** Runs of a group share a colour, such as the seeds of a cell. */
  group: string;
  /** Text for people: running, done, failed and why. */
  state: string;
  flopsPerStep: number;
  /** Total number of steps; null if the data determine it. */
  steps: number | null;
  scores: readonly Score[];
  /** What a pre-training had learned at each validation; empty of other runs. */
  learned: readonly Pick<LearningPoint, "step" | "parts">[];
}

/** Columns of equal length, one entry per step. A resumed run may repeat earlier steps; the later entries then replace the earlier ones. */
export interface Points {
  step: number[];
  tokens: number[];
  loss: number[];
  learning_rate: number[];
  gradient_norm: number[];
  tokens_per_second: number[];
  /** Seconds of work, without pauses. */
  seconds: number[];
}

export interface EvaluationPoint {
  metric: string;
  split: string;
  step: number;
  value: number;
}

/** A setting that differs between the compared systems. */
export interface SettingColumn {
  label: string;
  values: Record<string, string>;
}
