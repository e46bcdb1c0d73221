import { headerOf, type TensorEntry } from "#runtime/contract/safetensors-header.ts";
import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import { copyAgain, jsonIn } from "./checkpoint-json.ts";

/** A tensor of a checkpoint, with its file. */
export interface FoundTensor extends TensorEntry {
  path: string;
}

export interface TensorFiles {
  paths: string[];
  tensors: Map<string, FoundTensor>;
  /** Names that were omitted when the files were written, with the name of the same tensor in the files. */
  shared: Map<string, string>;
}

export const weightFileNames = ["model.safetensors", "model.safetensors.index.json"] as const;
const [whole, index] = weightFileNames;
const pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/** The weight files of a checkpoint: a single file, or shards. Throws `CheckpointError`. */
export function weightFilesOf(folder: string, files: SeenFiles): string[] {
  const has = (name: string) => files.size(`${folder}/${name}`) !== null;
  if (has(whole)) return [`${folder}/${whole}`];
  if (has(index)) return shardsOf(folder, files);
  const pickled = pickles.find(has);
  if (pickled) throw new CheckpointError(pickledMessage(folder, pickled));
  throw new CheckpointError(`${folder} has no ${whole} and no ${index}. ${copyAgain}`);
}

/** The tensors of the files, from their headers. Throws `CheckpointError`. */
export function tensorsIn(paths: readonly string[], files: SeenFiles): TensorFiles {
  const tensors = new Map<string, FoundTensor>();
  const shared = new Map<string, string>();
  for (const path of paths) {
    const broken = (what: string) => new CheckpointError(`${path} is not a whole safetensors file: ${what}. ${copyAgain}`);
    const start = (bytes: number) => {
      const found = files.start(path, bytes);
      if (found?.length === bytes) return found;
      throw broken("it ended while it was read");
    };
    const header = headerOf(files.size(path) ?? 0, start, broken);
    for (const [name, entry] of header.tensors) tensors.set(name, { ...entry, path });
    for (const [left, kept] of Object.entries(header.metadata)) shared.set(left, kept);
  }
  return { paths: [...paths], tensors, shared };
}

function shardsOf(folder: string, files: SeenFiles): string[] {
  const path = `${folder}/${index}`;
  const { weight_map: map } = jsonIn(path, 100e6, files);
  const names = typeof map === "object" && map !== null ? [...new Set(Object.values(map) as unknown[])] : [];
  const isBeside = (name: unknown): name is string => typeof name === "string" && /^[^/\\\0]+$/.test(name) && !/^\.+$/.test(name);
  if (names.length === 0 || !names.every(isBeside))
    throw new CheckpointError(`${path} names no files next to it in weight_map. ${copyAgain}`);
  const shards = names.sort().map((name) => `${folder}/${name}`);
  const missing = shards.filter((shard) => files.size(shard) === null);
  if (missing.length === 0) return shards;
  const others = missing.length === 1 ? "" : ` (and ${missing.length - 1} other of its ${shards.length} files)`;
  throw new CheckpointError(`${missing[0]}${others} is missing, although ${index} names it. ${copyAgain}`);
}

/** The message about pickled weights, which are not read, since reading a pickle can run any program. */
function pickledMessage(folder: string, name: string): string {
  return (
    `${folder}/${name} is pickled, and reading a pickle can run any program, so it is not read. If you trust it, convert it in Python: ` +
    `from transformers import AutoModel; AutoModel.from_pretrained(${JSON.stringify(folder)}).save_pretrained("converted", safe_serialization=True), ` +
    "with the class that config.json names instead of AutoModel to keep its head"
  );
}
