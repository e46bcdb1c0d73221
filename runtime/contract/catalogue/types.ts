import type { Architecture } from "../spec.ts";

/** What a key accepts. Validation, completion, lowering and the reference page all read it. */
export type ValueType =
  /** A whole number; `unit` may follow it: `32 sequences`. */
  | { type: "count"; min?: number; max?: number; unit?: string }
  | { type: "number"; min?: number; max?: number; aboveMin?: boolean; belowMax?: boolean }
  /** `15%` or `0.15`; stored as 0 to 1. */
  | { type: "share"; min?: number; max?: number; aboveMin?: boolean; belowMax?: boolean }
  /** A number with one of these units. A bare number has the first. `later`: units that the runtime does not have yet, and what to say. */
  | { type: "quantity"; units: readonly Unit[]; later?: Readonly<Partial<Record<Unit, string>>> }
  | { type: "boolean" }
  | { type: "choice"; of: readonly Choice[] }
  /** `blank`: white space alone is a value too. */
  | { type: "text"; blank?: boolean; folder?: boolean }
  /** A path beside the file; a glob where `glob`; `exists`: a file must be there. */
  | { type: "path"; glob?: boolean; exists?: boolean }
  /** The name of a declaration. */
  | { type: "reference"; to: readonly DeclarationKind[] }
  /** A declared objective or task, an objective of the catalogue by name, or one with settings in place. */
  | { type: "objective" }
  /** An option of a family, with settings in place: `adamw { … }`, `lora { rank: 8 }`; `last 4 layers` for `trained`. */
  | { type: "option"; family: OptionFamily; choicesOnly?: boolean }
  /** One value stands for a list of one. */
  | { type: "list"; of: ValueType; atLeast?: number }
  | { type: "block"; keys: readonly Key[] }
  /** `1..5`, `[1, 2, 7]` or `3`: whole numbers. */
  | { type: "seeds" }
  | { type: "either"; of: readonly ValueType[] }
  /** `every 500 steps`; where `keeps`: `every 500 steps, keep 2`. */
  | { type: "schedule"; keeps?: boolean }
  /** `mlm > clm on sentiment.accuracy`. */
  | { type: "expectation" }
  /** `vary KEY: [...]`: the values have the type of that key of a pre-training. */
  | { type: "varied" };

export type Unit = "tokens" | "steps" | "epochs" | "flops" | "documents" | "s" | "min" | "h" | "share";

export interface Choice {
  name: string;
  help: string;
  source?: string;
}

export interface Key {
  /** As written: `hidden`, `train on`, `vary` (followed by a key's name). */
  name: string;
  value: ValueType;
  required?: boolean;
  /** As written in a file; absent where the key is required or where leaving it out means something said in `help`. */
  default?: string;
  /** The specification leaves the key out where it has its default: fingerprints from before there was this key stay what they are. */
  omitDefault?: true;
  help: string;
  /** TeX. */
  formula?: string;
  source?: string;
  example?: string;
}

export type DeclarationKind = "corpus" | "tokenizer" | "model" | "objective" | "task" | "pretrain" | "finetune" | "probe" | "compare";
export type OptionFamily = "objective" | "task" | "optimizer" | "trained" | "answered" | "baseline" | "from";

export interface Declaration {
  kind: DeclarationKind;
  help: string;
  /** Keys of its block; empty where it is written `name = option { … }`. */
  keys: readonly Key[];
  /** Where it is written `name = option`: the family. */
  family?: OptionFamily;
  example: string;
}

/** A named thing with settings: an objective, a task, an optimiser, what is trained. */
export interface Option {
  name: string;
  family: OptionFamily;
  help: string;
  formula?: string;
  source?: string;
  keys: readonly Key[];
  /** Objectives: who can carry it; the first is what `architecture: auto` takes. */
  architectures?: readonly Architecture[];
  /** Its block holds `50%: name` entries. */
  weighted?: boolean;
  example: string;
}

export interface Metric {
  name: string;
  help: string;
  formula?: string;
  source?: string;
  /** What it scores: kinds of task, or `corpus`; nothing where it is only for files (`pretrain score`). */
  of: readonly string[];
  /** Absent where it is no single number. */
  better?: "higher" | "lower";
  /** How to show it: `percent` is stored as 0 to 1. */
  unit: "percent" | "number";
  /** It is of the positive class, the second of two. */
  twoClasses?: true;
  /** It is computed from the probability of each label. */
  ofProbabilities?: true;
  /** Options of `pretrain score`. */
  keys?: readonly Key[];
}
