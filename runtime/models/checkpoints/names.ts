import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import type { Family } from "../families/family.ts";
import type { FoundTensor, TensorFiles } from "./tensor-files.ts";

/** The names under which tensors stand in the files of a checkpoint. */
export interface Names {
  /** Undefined where there is no such tensor, under any name. */
  find(tensor: string, isBody: boolean): string | undefined;
  /** Those that hold the same tensor, the one found among them. */
  copies(tensor: string, isBody: boolean): string[];
}

/**
 * A tensor may stand under the family's names with and without its prefix, under older names, and under the one that the file's metadata
 * give for it: safetensors writes a tensor that has several names once, under the alphabetically first.
 */
export function namesIn(family: Family, { tensors, shared }: TensorFiles): Names {
  const present = (name: string): string[] => {
    const kept = shared.get(name);
    const left = [...shared].flatMap(([other, own]) => (own === name ? [other] : []));
    return [name, ...(kept === undefined ? [] : [kept]), ...left].filter((each) => tensors.has(each));
  };
  const copies: Names["copies"] = (tensor, isBody) => [...new Set(alternatives(family, tensor, isBody).flatMap(present))];
  return { find: (tensor, isBody) => copies(tensor, isBody)[0], copies };
}

/** Of the tensors that can be the embeddings and the projection back to them at once. */
export interface TiedNames {
  embeddings: string;
  projection: string | undefined;
}

export function tiedNames(family: Family, model: ResolvedModel): TiedNames {
  const projection = family.prediction["projection.weight"] as string | undefined;
  return { embeddings: `${family.prefix}${family.body(model)["embeddings.tokens"]}`, projection };
}

/** Whether two tensors are the same numbers, as they are stored. */
export function sameTensor(one: FoundTensor, other: FoundTensor, files: SeenFiles): boolean {
  if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join()) return false;
  return files.sameBytes(one, other);
}

/** Encoder and decoder have one table of embeddings. Throws `CheckpointError` where the files hold two that differ. */
export function requireOneTable(folder: string, family: Family, { embeddings, names, files, tensors }: Tables): void {
  const [first, ...others] = names.copies(embeddings, true);
  const isTable = (name: string) => /(?:^|\.)(?:encoder|decoder)\.embed_tokens\.weight$/.test(name);
  const other = others.find((name) => isTable(name) && !sameTensor(tensors.get(first!)!, tensors.get(name)!, files));
  if (other === undefined) return;
  throw new CheckpointError(
    `${folder} has other embeddings under ${other} than under ${first}, and a ${family.title} has one table for encoder and decoder here. Take a checkpoint that has one, or save it with one`,
  );
}

interface Tables {
  embeddings: string;
  names: Names;
  files: SeenFiles;
  tensors: ReadonlyMap<string, FoundTensor>;
}

function alternatives(family: Family, tensor: string, isBody: boolean): string[] {
  const bare = isBody ? tensor.slice(family.prefix.length) : tensor;
  const names = [bare, ...(family.aliases?.[bare] ?? [])].flatMap((name) => (isBody ? [`${family.prefix}${name}`, name] : [name]));
  // older files have TensorFlow's names for layer norms
  const old = names.map((name) => name.replace(/(LayerNorm)\.weight$/, "$1.gamma").replace(/(LayerNorm)\.bias$/, "$1.beta"));
  return [...names, ...old];
}
