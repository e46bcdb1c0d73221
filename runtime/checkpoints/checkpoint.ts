import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { JobFailure } from "../jobs/context.ts";
import { CheckpointError } from "../models/families/config.ts";
import { type Described, describedBy } from "../models/families/described.ts";
import { joined, type Sources, sourcesOf } from "../models/families/weights.ts";
import { type Parameter, parametersOf, pooler, poolerParameters } from "../models/parameters.ts";
import { describeSafetensors, readSafetensors } from "../store/safetensors.ts";

/** A model in Transformers' form: config.json and model.safetensors, in one file or in shards. */
export interface Checkpoint extends Described {
  folder: string;
  /** The body's names stand with the family's prefix. */
  hasPrefix: boolean;
  /** The model's weights that the checkpoint holds; a body's weight that it lacks is a failure, one that reads its states is not. */
  parameters: Parameter[];
  /** Values of parameters, by our names. */
  read(parameters: readonly Parameter[]): Record<string, Float32Array>;
  /** The name under which a tensor stands in the files; undefined where it does not. */
  find(tensor: string, isBody: boolean): string | undefined;
  /** Tensors as they are stored. */
  tensors(names: readonly string[]): Record<string, { shape: readonly number[]; data: Float32Array }>;
}

const remedy = "Download or copy the checkpoint again";

/** Reads what a folder holds, but no weights yet. Throws `JobFailure` where it cannot be used. */
export function openCheckpoint(folder: string): Checkpoint {
  const path = join(folder, "config.json");
  if (!existsSync(path)) throw new JobFailure(`${folder} has no config.json. Give a folder in the form of Hugging Face's Transformers`);
  const files = tensorFiles(folder);
  const described = failing(() => describedBy(readFileSync(path, "utf8"), path, (tensor) => files.has(tensor)));
  const { family, model } = described;

  const find = (tensor: string, isBody: boolean): string | undefined => {
    const bare = isBody ? tensor.slice(family.prefix.length) : tensor;
    const names = [bare, ...(family.aliases?.[bare] ?? [])].flatMap((name) => (isBody ? [`${family.prefix}${name}`, name] : [name]));
    // older files have TensorFlow's names for layer norms
    const old = names.map((name) => name.replace(/(LayerNorm)\.weight$/, "$1.gamma").replace(/(LayerNorm)\.bias$/, "$1.beta"));
    return [...names, ...old].find((name) => files.has(name));
  };
  const tensors: Checkpoint["tensors"] = (names) => {
    const byFile = Map.groupBy(names, (name) => files.get(name)!);
    const read = [...byFile].map(([file, own]) => readSafetensors(file, own, remedy).tensors);
    const all = Object.assign({}, ...read) as ReturnType<typeof readSafetensors>["tensors"];
    return Object.fromEntries(
      Object.entries(all).map(([name, { shape, data }]) => [
        name,
        { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) },
      ]),
    );
  };
  const foundSources = (parameter: Parameter): Sources | undefined => {
    const sources = sourcesOf(family, model, parameter);
    if (!sources) throw new Error(`${family.title} has no name for ${parameter.name}`);
    const found = sources.tensors.map(({ name, body }) => find(name, body));
    const missing = sources.tensors[found.indexOf(undefined)];
    if (!missing) return { ...sources, tensors: sources.tensors.map((tensor, i) => ({ ...tensor, name: found[i]! })) };
    if (!missing.body) return undefined;
    throw new JobFailure(`${folder} has no tensor ${missing.name}, which ${family.title} needs (its config.json says so). ${remedy}`);
  };
  const named = [...parametersOf(model), ...(pooler in family.prediction ? poolerParameters(model) : [])];
  const parameters = named.filter((parameter) => foundSources(parameter) !== undefined);
  return {
    ...described,
    folder,
    hasPrefix: family.prefix !== "" && [...files.keys()].some((name) => name.startsWith(family.prefix)),
    parameters,
    find,
    tensors,
    read(wanted) {
      const sources = wanted.map((parameter) => foundSources(parameter)!);
      const stored = tensors([...new Set(sources.flatMap((each) => each.tensors.map(({ name }) => name)))]);
      return Object.fromEntries(
        wanted.map((parameter, i) => {
          const arrays = sources[i]!.tensors.map(({ name, shape }) => checked(folder, name, stored[name]!, shape));
          return [parameter.name, joined(sources[i]!, arrays)];
        }),
      );
    },
  };
}

/** Every tensor's name and the file that holds it. */
function tensorFiles(folder: string): Map<string, string> {
  const [whole, index] = [join(folder, "model.safetensors"), join(folder, "model.safetensors.index.json")];
  if (existsSync(whole)) return new Map(Object.keys(describeSafetensors(whole, remedy).tensors).map((name) => [name, whole]));
  if (existsSync(index)) {
    const files = new Map<string, string>();
    for (const shard of shardsOf(index)) {
      const path = join(folder, shard);
      if (!existsSync(path)) throw new JobFailure(`${path} is not there, which ${basename(index)} names. ${remedy}`);
      for (const name of Object.keys(describeSafetensors(path, remedy).tensors)) files.set(name, path);
    }
    return files;
  }
  const pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"].find((name) => existsSync(join(folder, name)));
  if (pickled) throw new JobFailure(pickledMessage(folder, pickled));
  throw new JobFailure(`${folder} has no model.safetensors and no model.safetensors.index.json. ${remedy}`);
}

/** A pickle can run any program when it is read. */
function pickledMessage(folder: string, name: string): string {
  return (
    `${join(folder, name)} is pickled, and reading a pickle can run any program, so it is not read. Convert it in Python, where you trust it: ` +
    `from transformers import AutoModel; AutoModel.from_pretrained(${JSON.stringify(folder)}).save_pretrained("converted", safe_serialization=True), ` +
    "with the class that config.json names in place of AutoModel to keep its head"
  );
}

function shardsOf(index: string): string[] {
  let parsed: { weight_map?: Record<string, string> };
  try {
    parsed = JSON.parse(readFileSync(index, "utf8"));
  } catch (error) {
    throw new JobFailure(`${index} is not JSON: ${(error as Error).message}. ${remedy}`);
  }
  const shards = [...new Set(Object.values(parsed.weight_map ?? {}))].sort();
  if (shards.length > 0 && shards.every((shard) => typeof shard === "string" && basename(shard) === shard)) return shards;
  throw new JobFailure(`${index} names no files beside it in weight_map. ${remedy}`);
}

function checked(folder: string, name: string, { shape, data }: { shape: readonly number[]; data: Float32Array }, wanted: number[]) {
  if (shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis])) return data;
  throw new JobFailure(
    `${folder}: tensor ${name} has the shape [${shape}] and config.json means [${wanted}]. The two are not of the same model. ${remedy}`,
  );
}

/** What the families refuse, as a failure that the command line and jobs say. */
function failing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError) throw new JobFailure(error.message);
    throw error;
  }
}
