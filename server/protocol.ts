import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import type { JobKind } from "#runtime/contract/plan.ts";

/*
 * Messages of the language server in addition to the Language Server Protocol. Positions follow the protocol: lines and characters count
 * from 0, characters in UTF-16 units. URIs are strings as the client sent them.
 */

/** Request: `OutlineParams` → `Outline | null`; null if the file is not open or was never valid. */
export const outlineRequest = "pretrain/outline";

/** Notification to the client: `OutlineChanged`. The outline request would now return something else. */
export const outlineChangedNotification = "pretrain/outlineChanged";

/** Notification to the server: `ResultsChanged`. Jobs of a store were completed or deleted, so plans may have become exact. */
export const resultsChangedNotification = "pretrain/resultsChanged";

/** Request: `ChangesParams` → `Change[] | null`; null if the run or the declaration's plan is unknown. */
export const changesRequest = "pretrain/changes";

/**
 * Notification to the server without parameters: the workspace is now trusted. If `trusted` was false in the initialization options,
 * nothing outside its folders is read before.
 */
export const trustGrantedNotification = "pretrain/trustGranted";

/** Options of the `initialize` request. */
export interface InitializationOptions {
  /** Whether the workspace is trusted. Absent if the editor has no workspace trust. */
  trusted?: boolean;
}

export interface OutlineParams {
  uri: string;
  /** The engine to estimate times for; if absent, the one that `auto` chooses. */
  engine?: string;
}

export interface OutlineChanged {
  uri: string;
}

export interface ResultsChanged {
  /** Absolute path of the `.pretrain` folder. */
  store: string;
}

export interface ChangesParams {
  uri: string;
  /** The name of a pretrain, finetune or compare in the file. */
  name: string;
  /** Id of an earlier run of the declaration, whose `job.json` is read. */
  run: string;
}

/** A setting that differs between the text and an earlier run, as written in the text: `learning_rate`, `1e-3`, `2e-3`. */
export interface Change {
  setting: string;
  was: string;
  is: string;
}

/** A file's declarations from its last valid analysis, at their places in the present text. */
export interface Outline {
  uri: string;
  /** The document's version, as counted by the client. */
  version: number;
  /** Absolute path of the `.pretrain` folder next to the file; it need not exist. Empty if the file is not on disk. */
  store: string;
  /** Whether the text is broken now. The outline is then an earlier one, moved to the present places. */
  stale: boolean;
  /** The file's own declarations in the order of the text, without imported ones. */
  declarations: OutlineDeclaration[];
}

export interface OutlineDeclaration {
  kind: DeclarationKind;
  name: string;
  /** The whole declaration, without its doc comment. */
  range: Range;
  nameRange: Range;
  /** The text of the doc comment. */
  doc?: string;
  /** Whether `pretrain run FILE NAME` accepts the declaration: a pretrain, finetune or compare that the runtime supports. */
  runnable: boolean;
  /** Number of errors in the declaration's text and in its plan. A declaration with errors cannot run, even if it has a `plan`. */
  errors: number;
  /** The plan of a runnable declaration, once it has been compiled. */
  plan?: OutlinePlan;
  /** The measured size of a corpus, a tokenizer or a task. */
  measured?: Measured;
  /** Of a model: the name of its checkpoint on the hub, if it is not downloaded yet. */
  download?: string;
  /** Of a comparison: its expectations, worded as in its result. */
  expectations?: { text: string; range: Range }[];
}

export interface OutlinePlan {
  /** Whether this is an earlier plan, because the declaration has errors or the text is broken. */
  stale: boolean;
  /** Whether steps and costs are estimates because the corpus is not encoded yet. The ids of jobs that train on it may still change. */
  estimated: boolean;
  /** Whether large data files are being read for the first time. Until the next `outlineChanged`, `jobs` and `goals` are empty. */
  pending: boolean;
  /** All jobs that a run of the declaration needs, each after the jobs that it depends on. */
  jobs: { id: string; kind: JobKind; name: string }[];
  /** The ids of the declaration's own jobs: names of folders in `.pretrain/runs`. */
  goals: string[];
  /** Numbers of all trained parameters, and of those in embeddings. Absent for a comparison, whose cells may differ. */
  parameters?: number;
  embeddings?: number;
  /** Total of all pre-trainings in the plan: tokens at all positions, and steps. */
  tokens?: number;
  steps?: number;
  /** Total of all trainings: multiply-adds × 2. */
  flops?: number;
  /** Estimated time of the unfinished trainings on this machine. `seconds` is null before its speed is measured. Absent if all are done. */
  left?: { seconds: number | null; engine: string };
  /** Passes over the corpus, for a single pre-training. */
  epochs?: number;
  /** Numbers of pre-trainings, fine-tunings and evaluations in the plan. */
  pretrainings: number;
  finetunings: number;
  evaluations: number;
}

export type Measured =
  | {
      of: "corpus";
      files: number;
      bytes: number;
      /** Number of documents, once the corpus is prepared. */
      documents?: number;
    }
  | {
      of: "tokenizer";
      /** Number of entries. */
      vocabulary: number;
      /** Whether the tokenizer is trained; if not, `vocabulary` is the declared size. */
      trained: boolean;
    }
  | { of: "task"; examples: { train: number; validation: number; test: number }; labels: string[] };

/** A range as in the Language Server Protocol. */
export interface Range {
  start: Position;
  end: Position;
}

export interface Position {
  line: number;
  character: number;
}
