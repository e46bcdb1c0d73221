import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";
import type { Family } from "../families/family.ts";
import type { FoundTensor, TensorFiles } from "./tensor-files.ts";

/** The names of tensors in the files of a checkpoint. */
export interface Names {
  /** The name of a tensor; undefined if there is no such tensor under any name. */
  find(tensor: string, isBody: boolean): string | undefined;
  /** All names of the same tensor, including the one that `find` returns. */
  copies(tensor: string, isBody: boolean): string[];
}

/**
 * The names of a checkpoint. A tensor may have the family's name with or without its prefix, an older name, or the name that the metadata
 * of the file give for it: safetensors writes a tensor with several names only once, under the alphabetically first.
 */
export function tensorNamesIn(family: Family, { tensors, shared }: TensorFiles): Names {
  const present = (name: string): string[] => {
    const kept = shared.get(name);
    const left = [...shared].flatMap(([other, own]) => (own === name ? [other] : []));
    return [name, ...(kept === undefined ? [] : [kept]), ...left].filter((each) => tensors.has(each));
  };
  const copies: Names["copies"] = (tensor, isBody) => [...new Set(alternatives(family, tensor, isBody).flatMap(present))];
  return { find: (tensor, isBody) => copies(tensor, isBody)[0], copies };
}

/** The names of tensors that can be both the embeddings and the output projection. */
export interface TiedNames {
  embeddings: string;
  projection: string | undefined;
}

export function tiedNames(family: Family, model: ResolvedModel): TiedNames {
  const projection = family.prediction["projection.weight"] as string | undefined;
  return { embeddings: `${family.prefix}${family.body(model)["embeddings.tokens"]}`, projection };
}

/** Whether two stored tensors have the same numbers. */
export function sameTensor(one: FoundTensor, other: FoundTensor, files: SeenFiles): boolean {
  if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join()) return false;
  return files.sameBytes(one, other);
}

/** Encoder and decoder share their embeddings. Throws `CheckpointError` if the files have two different ones. */
export function requireOneTable(folder: string, family: Family, { embeddings, names, files, tensors }: Tables): void {
  const [first, ...others] = names.copies(embeddings, true);
  const isTable = (name: string) => /(?:^|\.)(?:encoder|decoder)\.embed_tokens\.weight$/.test(name);
  const other = others.find((name) => isTable(name) && !sameTensor(tensors.get(first!)!, tensors.get(name)!, files));
  if (other === undefined) return;
  throw new CheckpointError(
    `${folder} has different embeddings in ${other} and ${first}, but encoder and decoder of a ${family.title} must share their embeddings. Use a checkpoint in which they do, or save it so`,
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
