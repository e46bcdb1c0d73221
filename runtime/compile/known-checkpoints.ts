import { distance } from "fastest-levenshtein";
import { withSizes } from "#runtime/contract/model-choices.ts";
import type { CheckpointFiles, InputFile, ResolvedModel } from "#runtime/contract/plan.ts";
import { type CheckpointSpec, type ModelSpec, type Spec, tableOf } from "#runtime/contract/spec.ts";
import type { CheckpointFlaw } from "#runtime/models/checkpoints/flaws.ts";
import { type OpenedCheckpoint, openedCheckpoint } from "#runtime/models/checkpoints/open.ts";
import { weightFileNames, weightFilesOf } from "#runtime/models/checkpoints/tensor-files.ts";
import { tokenizerFileNames } from "#runtime/models/checkpoints/tokenizer-entries.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { escaped, type Files } from "./planning-files.ts";

/** A checkpoint that the specification uses. */
export interface KnownCheckpoint {
  model: ResolvedModel;
  files: CheckpointFiles;
  /** Problems that prevent only some uses of the checkpoint. */
  flaws: readonly CheckpointFlaw[];
}

/** Files of a checkpoint that describe the model or the tokenizer, without the weights. */
const small = ["config.json", ...tokenizerFileNames];

/** Files that identify a checkpoint: a folder is a different checkpoint if any of them changes. */
export const checkpointFiles: readonly string[] = [...small, ...weightFileNames];

/** Reads the description of a checkpoint without its weights. Throws `CheckpointError`. */
export function readCheckpoint(spec: CheckpointSpec, files: Files): KnownCheckpoint {
  const folder = folderOf(spec, files);
  const paths = [...small.map((name) => `${folder}/${name}`).filter((path) => files.size(path) !== null), ...weightFilesOf(folder, files)];
  const inputs = paths.map((path): InputFile => ({ path, ...files.fingerprint(path)! }));
  const { model, flaws } = remembered(folder, inputs, files);
  const context = spec.context ?? model.context;
  if (context > model.context && model.position === "learned")
    throw new CheckpointError(
      `${spec.name} has positions for only ${model.context} tokens, not ${context}. Use a context of at most ${model.context}`,
    );
  const keepsPositions = model.position === "learned" && context < model.context;
  const weights = { folder, files: inputs };
  const resolved = withSizes(model, {
    context,
    ...(keepsPositions ? { positions: model.positions } : {}),
    dropout: spec.dropout ?? model.dropout,
    ...(spec.recompute ? { recompute: true } : {}),
    weights,
  });
  return { model: resolved, files: weights, flaws };
}

/** A cache of the last checkpoints, by their files, since a plan is made at every keystroke. */
const opened = new Map<string, OpenedCheckpoint>();
const maxOpened = 8;

function remembered(folder: string, inputs: readonly InputFile[], files: Files): OpenedCheckpoint {
  const key = JSON.stringify([folder, inputs]);
  const known = opened.get(key);
  if (known) return known;
  const checkpoint = openedCheckpoint(folder, files);
  opened.set(key, checkpoint);
  if (opened.size > maxOpened) opened.delete(opened.keys().next().value!);
  return checkpoint;
}

/**
 * The specification with the sizes of its checkpoints and the settings of its models' families filled in. A checkpoint that cannot be read
 * stays as it is (`rules/checkpoints.ts` reports why).
 */
export function withKnownModels(spec: Spec, files: Files): { spec: Spec; known: Map<string, KnownCheckpoint> } {
  const known = new Map<string, KnownCheckpoint>();
  const models = Object.entries(spec.models).map(([name, model]): [string, ModelSpec] => {
    if (!model.checkpoint) return [name, model.family ? sizesOf(model, declaredModel(model.family, { ...model, vocabulary: 0 })) : model];
    try {
      const found = readCheckpoint(model.checkpoint, files);
      known.set(name, found);
      return [name, sizesOf(model, found.model)];
    } catch (error) {
      if (error instanceof CheckpointError) return [name, model];
      throw error;
    }
  });
  return { spec: { ...spec, models: tableOf(models) }, known };
}

function sizesOf(model: ModelSpec, found: ResolvedModel): ModelSpec {
  const { architecture, layers, hidden, heads, feedForward, context, position, norm, placement, activation } = found;
  const { tiedEmbeddings, biases, dropout } = found;
  const sizes = { architecture, layers, hidden, heads, feedForward, context, position, norm, placement, activation };
  return { ...model, ...sizes, tiedEmbeddings, biases, dropout };
}

function folderOf({ name, folder }: CheckpointSpec, files: Files): string {
  if (files.size(`${folder}/config.json`) !== null) return folder;
  const downloaded = files.hubModel(name);
  if (downloaded) return downloaded;
  throw new CheckpointError(noCheckpoint(name, folder, files));
}

function noCheckpoint(name: string, folder: string, files: Files): string {
  if (files.size(folder) !== null)
    return `${folder} is a file, but a checkpoint is a folder. Name the folder that contains config.json and the weights`;
  const near = nearFolders(folder, files);
  const meant = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  return `There is no checkpoint ${folder} (a folder with a config.json), and no model ${name} was downloaded from the hub.${meant} Name a folder, or download the model: pretrain download ${name}`;
}

/** Checkpoints directly in the folder; otherwise existing checkpoints with nearly the same path: next to it, or in a sibling folder. */
function nearFolders(folder: string, files: Files): string[] {
  const checkpoints = (pattern: string) => files.glob(`${pattern}/config.json`).map((path) => path.slice(0, -"/config.json".length));
  const inside = checkpoints(`${escaped(folder)}/*`);
  if (inside.length > 0) return inside.slice(0, shownFolders);
  const [name, parent] = [nameOf(folder), parentOf(folder)];
  const beside = checkpoints(`${escaped(parent)}/*`).filter((path) => isNear(nameOf(path), name));
  if (beside.length > 0 || parentOf(parent) === "") return beside.slice(0, shownFolders);
  const ofItsName = checkpoints(`${escaped(parentOf(parent))}/*/${escaped(name)}`);
  return ofItsName.filter((path) => isNear(nameOf(parentOf(path)), nameOf(parent))).slice(0, shownFolders);
}

const shownFolders = 3;

function isNear(one: string, other: string): boolean {
  return distance(one.toLowerCase(), other.toLowerCase()) <= Math.max(2, other.length / 3);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
