import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";
import type { JobKind } from "#runtime/contract/plan.ts";

/*
 * What the language server says beyond the Language Server Protocol. Positions are the protocol's own: lines and characters
 * from 0, characters in UTF-16 units. Uris are strings as the client sent them.
 */

/** Request: `OutlineParams` → `Outline | null`; null where the file is not open or has never been understood. */
export const outlineRequest = "pretrain/outline";

/** Notification to the client: `OutlineChanged`. What the request would answer is another than before. */
export const outlineChangedNotification = "pretrain/outlineChanged";

/** Notification to the server: `ResultsChanged`. Jobs were done or deleted in a store, so plans may be exact now. */
export const resultsChangedNotification = "pretrain/resultsChanged";

/** Request: `ChangesParams` → `Change[] | null`; null where the run or the declaration's plan is not known. */
export const changesRequest = "pretrain/changes";

/**
 * Notification to the server, without parameters: the workspace is trusted now. Before that nothing outside of its folders is read,
 * where `trusted` of the initialization options was false.
 */
export const trustGrantedNotification = "pretrain/trustGranted";

/** In `initialize`. */
export interface InitializationOptions {
  /** Left out: the editor knows no workspaces without trust. */
  trusted?: boolean;
}

export interface OutlineParams {
  uri: string;
  /** On which times are estimated; left out: what `auto` takes. */
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
  /** A pretrain, finetune or compare of the file. */
  name: string;
  /** Id of an earlier run of it, whose `job.json` is read. */
  run: string;
}

/** A setting in which the text differs from an earlier run, in the words of the text: `learning_rate`, `1e-3`, `2e-3`. */
export interface Change {
  setting: string;
  was: string;
  is: string;
}

/** A file's declarations, from its last good analysis, at their places in the present text. */
export interface Outline {
  uri: string;
  /** Of the document, as the client counts it. */
  version: number;
  /** Absolute path of the `.pretrain` folder beside the file; it need not exist. Empty where the file is on no disk. */
  store: string;
  /** The text is broken now; what stands here is from before, moved to where it is now. */
  stale: boolean;
  /** In the order of the text. What is imported is not among them. */
  declarations: OutlineDeclaration[];
}

export interface OutlineDeclaration {
  kind: DeclarationKind;
  name: string;
  /** The whole declaration, without its doc comment. */
  range: Range;
  nameRange: Range;
  /** The doc comment's text. */
  doc?: string;
  /** `pretrain run FILE NAME` does something: a pretrain, finetune or compare that the runtime supports. */
  runnable: boolean;
  /** Errors in the declaration's text and in its plan. A declaration with errors cannot run, even if `plan` is there. */
  errors: number;
  /** Of what can be run, once it has compiled. */
  plan?: OutlinePlan;
  /** Of a corpus, a tokenizer or a task: what is known of its size. */
  measured?: Measured;
  /** Of a model: the name of its checkpoint on the hub, which is not here. */
  download?: string;
  /** Of a comparison: what it expects, in the words that its result has too. */
  expectations?: { text: string; range: Range }[];
}

export interface OutlinePlan {
  /** The declaration has errors now, or the text is broken: the plan is the last good one. */
  stale: boolean;
  /** Steps and costs rest on estimates until the corpus is encoded; the ids of what is trained on it may still change. */
  estimated: boolean;
  /** Large data files are being read for the first time: `jobs` and `goals` are empty until `outlineChanged` comes. */
  pending: boolean;
  /** All that a run of the declaration needs, in an order in which each comes after what it reads. */
  jobs: { id: string; kind: JobKind; name: string }[];
  /** The jobs that are the declaration itself: ids of `.pretrain/runs/<id>/`. */
  goals: string[];
  /** Trained numbers, all of them, and those in embeddings; of a comparison absent, as its cells may differ. */
  parameters?: number;
  embeddings?: number;
  /** Of all pre-trainings in the plan together: positions and steps. */
  tokens?: number;
  steps?: number;
  /** Of all trainings: multiply-adds × 2. */
  flops?: number;
  /** How long its trainings that are not done take on this machine, about; null before its speed is measured. Absent where all are done. */
  left?: { seconds: number | null; engine: string };
  /** Passes over the corpus; of one pre-training. */
  epochs?: number;
  /** Pre-trainings and fine-tunings in the plan. */
  pretrainings: number;
  finetunings: number;
}

export type Measured =
  | {
      of: "corpus";
      files: number;
      bytes: number;
      /** Once it is prepared. */
      documents?: number;
    }
  | {
      of: "tokenizer";
      /** Entries. */
      vocabulary: number;
      /** False: as declared, not yet trained. */
      trained: boolean;
    }
  | { of: "task"; examples: { train: number; validation: number; test: number }; labels: string[] };

/** As in the Language Server Protocol. */
export interface Range {
  start: Position;
  end: Position;
}

export interface Position {
  line: number;
  character: number;
}
