import type { CheckpointFiles, InputFile, ResolvedModel } from "#runtime/contract/plan.ts";
import type { CheckpointSpec, ModelSpec, Spec } from "#runtime/contract/spec.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { describedBy } from "#runtime/models/families/described.ts";
import type { Files } from "./files.ts";

/** A checkpoint as the specification uses it. */
export interface KnownCheckpoint {
  model: ResolvedModel;
  files: CheckpointFiles;
}

/** Files of a checkpoint that say something of the model or the tokenizer; weights besides. */
const small = ["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt"];
const [whole, index] = ["model.safetensors", "model.safetensors.index.json"];

/** By which it shows whether a folder is another checkpoint than before. */
export const checkpointFiles: readonly string[] = [...small, whole!, index!];

/** Reads what a checkpoint is, but none of its weights. Throws `CheckpointError`. */
export function readCheckpoint(spec: CheckpointSpec, files: Files): KnownCheckpoint {
  const folder = folderOf(spec, files);
  const config = textOf(`${folder}/config.json`, files);
  const weights = weightFiles(folder, files);
  const tensors = tensorNames(weights, files);
  const { model } = describedBy(config, `${folder}/config.json`, (tensor) => tensors.has(tensor));
  const context = spec.context ?? model.context;
  if (context > model.context && model.position === "learned")
    throw new CheckpointError(
      `${spec.name} has positions for ${model.context} tokens, not for ${context}. Use a context of ${model.context} or less`,
    );
  const paths = [...small.map((name) => `${folder}/${name}`).filter((path) => files.size(path) !== null), ...weights];
  const inputs = paths.map((path): InputFile => ({ path, ...files.fingerprint(path)! }));
  const resolved: ResolvedModel = {
    ...model,
    context,
    ...(model.position === "learned" && context < model.context ? { positions: model.context } : {}),
    dropout: spec.dropout ?? model.dropout,
    ...(spec.recompute ? { recompute: true } : {}),
    weights: { folder, files: inputs },
  };
  return { model: resolved, files: resolved.weights! };
}

/**
 * The specification with the sizes of its checkpoints and the choices of its models' families in place. A checkpoint that cannot be read
 * stays as it is (`rules/checkpoints.ts` says why).
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
  return { spec: { ...spec, models: Object.fromEntries(models) }, known };
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
  throw new CheckpointError(
    `There is no checkpoint ${folder} (a folder with a config.json), and no model ${name} of the hub is here. Name a folder, or download the model: pretrain download ${name}`,
  );
}

function weightFiles(folder: string, files: Files): string[] {
  if (files.size(`${folder}/${whole}`) !== null) return [`${folder}/${whole}`];
  if (files.size(`${folder}/${index}`) !== null) {
    const parsed = JSON.parse(textOf(`${folder}/${index}`, files)) as { weight_map?: Record<string, string> };
    const shards = [...new Set(Object.values(parsed.weight_map ?? {}))].sort().map((name) => `${folder}/${name}`);
    const missing = shards.find((path) => files.size(path) === null);
    if (missing) throw new CheckpointError(`${missing} is not there, which ${index} names. Copy the checkpoint again`);
    return shards;
  }
  const pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"].find((name) => files.size(`${folder}/${name}`) !== null);
  if (pickled)
    throw new CheckpointError(
      `${folder}/${pickled} is pickled, and reading a pickle can run any program. Convert it in Python, where you trust it: load it with Transformers and save_pretrained with safe_serialization=True`,
    );
  throw new CheckpointError(`${folder} has no ${whole} and no ${index}. Copy the checkpoint again`);
}

/** From the headers of safetensors files: 8 bytes of length, then JSON. */
function tensorNames(paths: readonly string[], files: Files): Set<string> {
  const names = new Set<string>();
  for (const path of paths) {
    const length = files.start(path, 8);
    const size = length?.length === 8 ? Number(new DataView(length.buffer, length.byteOffset, 8).getBigUint64(0, true)) : Number.NaN;
    const bytes = size <= (files.size(path) ?? 0) ? files.start(path, 8 + size) : null;
    try {
      const header = JSON.parse(new TextDecoder().decode(bytes!.subarray(8))) as Record<string, unknown>;
      for (const name of Object.keys(header)) names.add(name);
    } catch {
      throw new CheckpointError(`${path} is not a whole safetensors file. Download or copy the checkpoint again`);
    }
  }
  return names;
}

function textOf(path: string, files: Files): string {
  const bytes = files.read(path);
  if (bytes) return new TextDecoder().decode(bytes);
  throw new CheckpointError(`${path} cannot be read`);
}
