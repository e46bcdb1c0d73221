import { dirname } from "node:path";
import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import { omittedKeys } from "#runtime/contract/catalogue/token-loss.ts";
import {
  type Budget,
  type CheckpointSpec,
  type CorpusSpec,
  type FinetuneSettings,
  type FinetuneSpec,
  isGated,
  type ModelSpec,
  type OptimizerSpec,
  type PretrainSpec,
  type ProbeSpec,
  type TokenizerKind,
  type TokenizerSpec,
  type TrainedPart,
} from "#runtime/contract/spec.ts";
import { isDeclaration, isNamed, type Value } from "../generated/ast.ts";
import { absolutePath } from "../referenced-files.ts";
import { nameOf } from "../references/expected-value.ts";
import { fileOf } from "../text-ranges.ts";
import { bug, choiceIn, pathIn, type Settings, wordIn, words } from "./read-settings.ts";
import { specifiedKeys } from "./specified.ts";

/** One function for each kind of declaration: from the catalogue's settings to the fields of the specification. */

export function lowerCorpus(settings: Settings): CorpusSpec {
  const split = settings.block("split");
  return {
    files: settings.elements("files").map((value) => pathIn({ value, type: { type: "path", glob: true } })),
    ...(settings.has("hub") ? { hub: { name: settings.word("hub"), files: words(settings, "data_files") } } : {}),
    documents: choiceIn(settings, "documents"),
    split: { by: choiceIn(split, "by"), validation: split.number("validation"), test: split.number("test") },
    column: settings.has("column") ? settings.word("column") : null,
    deduplicate: choiceIn(settings, "deduplicate"),
    limit: settings.has("limit") ? limitOf(settings.amount("limit")) : null,
  };
}

function limitOf({ unit, value }: { unit: string; value: number }): CorpusSpec["limit"] {
  return unit === "tokens" || unit === "documents" ? { unit, value } : bug(`no limit in ${unit}`);
}

export function lowerTokenizer(settings: Settings): TokenizerSpec {
  if (settings.has("file"))
    return {
      kind: "existing",
      file: settings.path("file"),
      sentinels: settings.isWritten("sentinels") ? settings.number("sentinels") : null,
    };
  return {
    kind: choiceIn<TokenizerKind>(settings, "kind"),
    vocabulary: settings.has("vocabulary") ? settings.number("vocabulary") : null,
    trainOn: settings.word("train on"),
    lowercase: settings.flag("lowercase"),
    sentinels: settings.number("sentinels"),
  };
}

export function lowerModel(settings: Settings): ModelSpec {
  const hidden = settings.number("hidden");
  const family = settings.has("family") ? choiceIn<NonNullable<ModelSpec["family"]>>(settings, "family") : undefined;
  const activation = choiceIn<ModelSpec["activation"]>(settings, "activation");
  const gates = family ? family === "llama" || family === "t5-v1_1" : isGated(activation);
  return {
    ...(family ? { family } : {}),
    architecture: choiceIn(settings, "architecture"),
    layers: settings.number("layers"),
    hidden,
    heads: settings.number("heads"),
    feedForward: settings.has("feed_forward") ? settings.number("feed_forward") : defaultFeedForward(hidden, gates),
    context: settings.number("context"),
    position: choiceIn(settings, "position"),
    norm: choiceIn(settings, "norm"),
    placement: choiceIn(settings, "placement"),
    activation,
    tiedEmbeddings: settings.flag("tied_embeddings"),
    biases: settings.flag("biases"),
    dropout: settings.number("dropout"),
    ...(settings.flag("recompute") ? { recompute: true } : {}),
    ...(settings.has("checkpoint") ? { checkpoint: checkpointOf(settings) } : {}),
  };
}

function checkpointOf(settings: Settings): CheckpointSpec {
  const name = settings.word("checkpoint");
  const written = (key: "context" | "dropout") => (settings.isWritten(key) ? settings.number(key) : null);
  return {
    name,
    folder: absolutePath(dirname(fileOf(settings.value("checkpoint"))), name),
    context: written("context"),
    dropout: written("dropout"),
    ...(settings.flag("recompute") ? { recompute: true } : {}),
  };
}

export function lowerPretrain(settings: Settings, objective: (value: Value) => string): PretrainSpec {
  const save = settings.schedule("save");
  return {
    model: settings.word("model"),
    objective: objective(settings.value("objective")),
    corpus: settings.word("corpus"),
    tokenizer: settings.has("tokenizer") ? settings.word("tokenizer") : null,
    budget: budgetOf(settings.amount("budget")),
    batch: settings.number("batch"),
    accumulate: settings.number("accumulate"),
    optimizer: lowerOptimizer(settings),
    ...omittedAtZero(settings),
    precision: choiceIn(settings, "precision"),
    seed: settings.number("seed"),
    evaluate: settings.schedule("evaluate").every,
    save: { every: save.every, keep: save.keep ?? 1 },
  };
}

/** Settings that are absent where they are 0. */
function omittedAtZero(settings: Settings): Pick<PretrainSpec, "labelSmoothing" | "zLoss" | "ema"> {
  const set = omittedKeys.filter((key) => settings.number(key) > 0);
  return Object.fromEntries(set.map((key) => [camelCase(key), settings.number(key)]));
}

export function lowerFinetuneSettings(settings: Settings): FinetuneSettings {
  return {
    task: settings.word("task"),
    epochs: settings.number("epochs"),
    batch: settings.number("batch"),
    accumulate: settings.number("accumulate"),
    train: trainedPart(settings),
    optimizer: lowerOptimizer(settings),
    dropout: settings.number("dropout"),
    ...(settings.number("layer_decay") === 1 ? {} : { layerDecay: settings.number("layer_decay") }),
    ...(settings.has("patience") ? { patience: settings.number("patience") } : {}),
  };
}

export function lowerFinetune(settings: Settings): FinetuneSpec {
  return { from: fromOf(settings), ...lowerFinetuneSettings(settings), seed: settings.number("seed") };
}

export function budgetOf({ unit, value }: { unit: string; value: number }): Budget {
  if (unit === "tokens" || unit === "steps" || unit === "epochs" || unit === "flops") return { unit, value };
  return bug(`no budget in ${unit}`);
}

/**
 * Default width of the feed-forward layers: four times the hidden width (Vaswani et al. 2017). Gated activations have a third matrix and
 * therefore two thirds of that (Shazeer 2020).
 */
function defaultFeedForward(hidden: number, gates: boolean): number {
  return gates ? Math.ceil((8 * hidden) / 3 / 8) * 8 : 4 * hidden;
}

function lowerOptimizer(outer: Settings): OptimizerSpec {
  const { name, settings } = outer.option("optimizer");
  const { keys } = optionOf("optimizer", name) ?? bug(`the catalogue has no optimiser ${name}`);
  const specified = { kind: name, ...specifiedKeys(keys, settings) } as OptimizerSpec;
  return { ...specified, clip: specified.clip === 0 ? null : specified.clip };
}

function trainedPart(outer: Settings): TrainedPart {
  const { name, settings, layers } = outer.option("train");
  if (layers !== null) return { kind: "last", layers };
  if (name === "lora") return { kind: "lora", rank: settings.number("rank"), alpha: settings.number("alpha") };
  if (name === "adapters") return { kind: "adapters", size: settings.number("size") };
  return name === "all" || name === "head" || name === "biases" ? { kind: name } : bug(`unknown training ${name}`);
}

export function lowerProbe(settings: Settings): ProbeSpec {
  return {
    of: settings.elements("of").map(trainedIn),
    tasks: settings.elements("tasks").map((value) => wordIn({ value, type: { type: "reference", to: ["task"] } })),
    epochs: settings.number("epochs"),
    batch: settings.number("batch"),
    optimizer: lowerOptimizer(settings),
    seed: settings.number("seed"),
  };
}

function fromOf(settings: Settings): FinetuneSpec["from"] {
  const value = settings.value("from");
  if (isNamed(value) && nameOf(value) === "scratch") return { kind: "scratch", pretrain: settings.option("from").settings.word("like") };
  return trainedIn(value);
}

/** The model that a fine-tuning starts from: a pre-training, or a model that names a checkpoint. */
function trainedIn(value: Value): FinetuneSpec["from"] {
  const target = isNamed(value) ? value.target?.ref : undefined;
  if (!isDeclaration(target)) return bug("unexpected form of reference");
  return target.kind === "model" ? { kind: "checkpoint", model: target.name } : { kind: "pretrain", pretrain: target.name };
}
