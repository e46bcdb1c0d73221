import type { Architecture } from "../spec.ts";

/** The type of a key's value. Validation, completion, lowering and the reference page all read it. */
export type ValueType =
  /** A whole number; `unit` may follow it: `32 sequences`. */
  | { type: "count"; min?: number; max?: number; unit?: string }
  | { type: "number"; min?: number; max?: number; aboveMin?: boolean; belowMax?: boolean }
  /** `15%` or `0.15`; stored as 0 to 1. */
  | { type: "share"; min?: number; max?: number; aboveMin?: boolean; belowMax?: boolean }
  /** A number with one of these units. A bare number has the first. `later`: units that are not supported yet, each with its message. */
  | { type: "quantity"; units: readonly Unit[]; later?: Readonly<Partial<Record<Unit, string>>> }
  | { type: "boolean" }
  | { type: "choice"; of: readonly Choice[] }
  /** `blank`: white space alone is a valid value. `folder`: it may name a folder. */
  | { type: "text"; blank?: boolean; folder?: boolean }
  /** A path relative to the file. `glob`: patterns are allowed. `exists`: the file must exist. */
  | { type: "path"; glob?: boolean; exists?: boolean }
  /** The name of a declaration. */
  | { type: "reference"; to: readonly DeclarationKind[] }
  /** A declared objective or task, the name of an objective of the catalogue, or such a name followed by settings. */
  | { type: "objective" }
  /** An option of a family, which settings may follow: `adamw { … }`, `lora { rank: 8 }`; `last 4 layers` for `trained`. */
  | { type: "option"; family: OptionFamily; choicesOnly?: boolean }
  /** A single value is read as a list of one. */
  | { type: "list"; of: ValueType; atLeast?: number }
  | { type: "block"; keys: readonly Key[] }
  /** `1..5`, `[1, 2, 7]` or `3`: whole numbers. */
  | { type: "seeds" }
  | { type: "either"; of: readonly ValueType[] }
  /** `every 500 steps`; with `keeps` also `every 500 steps, keep 2`. */
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
  /** For keys of objectives: what the choice requires of the model. */
  needs?: ObjectiveNeed;
}

/**
 * A requirement of an objective on the model or the batch, other than a suitable architecture. `because`: what the objective does, as the
 * continuation of a message after its name; `code`: code of the problem.
 */
export type ObjectiveNeed =
  /** The model must have dropout. */
  | { of: "dropout"; code: string; because: string }
  /** A micro-batch must have more than one sequence. */
  | { of: "sequences"; code: string; because: string }
  /** The architecture must be one of these, which are some of those that can be trained on the objective. */
  | { of: "architecture"; code: string; because: string; architectures: readonly Architecture[] };

export interface Key {
  /** As written: `hidden`, `train on`, `vary` (followed by a key's name). */
  name: string;
  value: ValueType;
  required?: boolean;
  /** As written in a file. Absent if the key is required or if `help` says what happens without the key. */
  default?: string;
  /** The specification omits the key if it has its default, so that fingerprints from before the key was introduced stay the same. */
  omitDefault?: true;
  /** It has an effect only if each of these other keys of the block has one of these values, as written. */
  onlyWith?: readonly { key: string; is: readonly string[] }[];
  help: string;
  /** TeX. */
  formula?: string;
  source?: string;
  example?: string;
  /** For a share of the model's sizes, which must give a whole number of heads: the name of the network that has these sizes. */
  scales?: string;
}

/** A key whose name is known to the compiler. */
export type NamedKey<N extends string> = Key & { name: N };

export type DeclarationKind = "corpus" | "tokenizer" | "model" | "objective" | "task" | "pretrain" | "finetune" | "probe" | "compare";
export type OptionFamily = "objective" | "task" | "optimizer" | "trained" | "answered" | "baseline" | "from";

export interface Declaration {
  kind: DeclarationKind;
  help: string;
  /** Keys of its block; empty if it is written `name = option { … }`. */
  keys: readonly Key[];
  /** The family of its options, if it is written `name = option`. */
  family?: OptionFamily;
  example: string;
}

/** A named option with settings: an objective, a task, an optimiser, a choice of the weights to train. */
export interface Option {
  name: string;
  family: OptionFamily;
  help: string;
  formula?: string;
  source?: string;
  keys: readonly Key[];
  /** For objectives: the architectures that can be trained on it, the usual ones first; `architecture: auto` takes the first. */
  architectures?: readonly Architecture[];
  /** Its block has `50%: name` entries. */
  weighted?: boolean;
  /** For objectives: what they require in addition to an architecture, whatever their settings. */
  needs?: ObjectiveNeed;
  /** For objectives: keys that are shares of a whole. `of`: whether they must add up to all of it; `told`: what they do, for messages. */
  shares?: { keys: readonly string[]; of: "all" | "at most"; code: string; told: string };
  /** For objectives: keys of which at least one must have an effect. `otherwise`: what happens without any, for messages. */
  oneOf?: { keys: readonly string[]; code: string; otherwise: string };
  example: string;
}

export interface Metric {
  name: string;
  help: string;
  formula?: string;
  source?: string;
  /** The kinds of task that it scores, or `corpus`; empty if only `pretrain score` computes it, from files. */
  of: readonly string[];
  /** Absent if the metric is not a single number. */
  better?: "higher" | "lower";
  /** How it is shown; `percent` is stored as 0 to 1. */
  unit: "percent" | "number";
  /** The smallest and the largest value, if they are not those of its unit: 0 to 1 for `percent`, from 0 for `number`. */
  range?: readonly [number, number];
  /** It scores the positive class, which is the second of two. */
  twoClasses?: true;
  /** It is computed from the probability of each label. */
  ofProbabilities?: true;
  /** Options of `pretrain score`. */
  keys?: readonly Key[];
}
