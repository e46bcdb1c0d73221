import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { type Sources, sourcesOf } from "../families/checkpoint-tensors.ts";
import { CheckpointError } from "../families/config.ts";
import { type Described, describedBy } from "../families/described.ts";
import type { Family } from "../families/family.ts";
import { type Parameter, parametersOf, pooler, poolerParameters } from "../parameters.ts";
import { copyAgain, jsonIn } from "./checkpoint-json.ts";
import { type CheckpointFlaw, headlessFlaw, noPredictionFlaw, ownHeadFlaw, tokenizerFlaws, unusedFlaw } from "./flaws.ts";
import { requirePossible } from "./possible-sizes.ts";
import { type FoundTensor, type TensorFiles, tensorsIn, weightFilesOf } from "./tensor-files.ts";
import { requireOneTable, sameTensor, type TiedNames, tensorNamesIn, tiedNames } from "./tensor-names.ts";

/** A checkpoint as described by its files, before any weight is read. */
export interface OpenedCheckpoint extends Described {
  folder: string;
  /** Tensors by their names in the files. */
  tensors: ReadonlyMap<string, FoundTensor>;
  /** Whether names of the body have the family's prefix. */
  hasPrefix: boolean;
  /** The model's weights that are in the checkpoint. */
  parameters: Parameter[];
  /** The tensors that contain a weight, with their names in the files. */
  sources(parameter: Parameter): Sources;
  /** The name of a tensor in the files; undefined if it is missing. */
  find(tensor: string, isBody: boolean): string | undefined;
  flaws: readonly CheckpointFlaw[];
}

/**
 * Opens a checkpoint: the only place that determines what can be read, under which names, and what is wrong with it. Throws
 * `CheckpointError` if the checkpoint cannot be used at all.
 */
export function openedCheckpoint(folder: string, files: SeenFiles): OpenedCheckpoint {
  const path = `${folder}/config.json`;
  if (files.size(path) === null)
    throw new CheckpointError(`${folder} has no config.json. Give a folder in the format of Hugging Face's Transformers`);
  const config = jsonIn(path, 16e6, files);
  const held = tensorsIn(weightFilesOf(folder, files), files);
  const described = describedBy(config, path, (tensor) => held.tensors.has(tensor));
  const { family, head, className } = described;
  requirePossible(path, described.model, held.tensors.size);

  const names = tensorNamesIn(family, held);
  const tied = tiedNames(family, described.model);
  const own = ownHead(described.model, tied, names, held, files);
  const model: ResolvedModel = own ? { ...described.model, tiedEmbeddings: false } : described.model;
  requireOneTable(folder, family, { embeddings: tied.embeddings, names, files, tensors: held.tensors });
  const find = (tensor: string, isBody: boolean): string | undefined => {
    const found = names.find(tensor, isBody);
    const isTied = model.tiedEmbeddings && tensor === tied.embeddings && tied.projection !== undefined;
    return found ?? (isTied ? names.find(tied.projection!, false) : undefined);
  };

  const expected = [...parametersOf(model), ...(pooler in family.prediction ? poolerParameters(model) : [])];
  const found = new Map<string, Sources>();
  const missing: { parameter: Parameter; tensor: string }[] = [];
  const used = new Set<string>();
  for (const parameter of expected) {
    const sources = sourcesOf(family, model, parameter);
    if (!sources) throw new Error(`${family.title} has no name for ${parameter.name}`);
    const places = sources.tensors.map(({ name, body }) => find(name, body));
    const lacking = sources.tensors.filter((_, i) => places[i] === undefined);
    if (lacking.length > 0) missing.push(...lacking.map(({ name }) => ({ parameter, tensor: name })));
    else found.set(parameter.name, { ...sources, tensors: sources.tensors.map((tensor, i) => ({ ...tensor, name: places[i]! })) });
    for (const [i, { name, body, shape }] of sources.tensors.entries()) {
      const place = places[i];
      if (place === undefined) continue;
      requireFit(folder, place, held.tensors.get(place)!, shape);
      for (const copy of names.copies(name, body))
        if (copy === place || sameTensor(held.tensors.get(place)!, held.tensors.get(copy)!, files)) used.add(copy);
      used.add(place);
      if (name === tied.embeddings && model.tiedEmbeddings && tied.projection)
        for (const copy of names.copies(tied.projection, false)) used.add(copy);
    }
  }
  requireBody(
    folder,
    family,
    missing.filter(({ parameter }) => sourcesOf(family, model, parameter)!.tensors[0]!.body).map(({ tensor }) => tensor),
    [...held.tensors.keys()],
  );
  const lackingHead = (head?.layers ?? []).flatMap(({ module }, i) => {
    const places = ["weight", "bias"].map((kind) => find(`${module}.${kind}`, false));
    for (const place of places) if (place !== undefined) used.add(place);
    if (places.includes(undefined)) return [module];
    requireHead(folder, held, places as [string, string], i === 0 ? model.hidden : null);
    return [];
  });
  const unpredicted = missing.filter(({ parameter }) => !parameter.name.startsWith(`${pooler}.`)).map(({ tensor }) => tensor);
  return {
    ...described,
    model,
    folder,
    tensors: held.tensors,
    hasPrefix: family.prefix !== "" && [...held.tensors.keys()].some((name) => name.startsWith(family.prefix)),
    parameters: expected.filter(({ name }) => found.has(name)),
    sources: ({ name }) => found.get(name)!,
    find,
    flaws: [
      ...(own ? [ownHeadFlaw(folder, own, tied.embeddings)] : []),
      ...(unpredicted.length > 0 ? [noPredictionFlaw(folder, described, unpredicted, tied)] : []),
      ...(lackingHead.length > 0 ? [headlessFlaw(folder, className!, lackingHead)] : []),
      ...unusedFlaw(
        folder,
        family.title,
        [...held.tensors.keys()].filter((name) => !used.has(name)),
      ),
      ...tokenizerFlaws(folder, model.input.vocabulary, files),
    ],
  };
}

/** The name of a projection that differs from the embeddings in the file, although config.json ties them. */
function ownHead(
  model: ResolvedModel,
  { embeddings, projection }: TiedNames,
  names: ReturnType<typeof tensorNamesIn>,
  { tensors }: TensorFiles,
  files: SeenFiles,
): string | undefined {
  if (!model.tiedEmbeddings || projection === undefined) return undefined;
  const [one, other] = [names.find(embeddings, true), names.find(projection, false)];
  if (one === undefined || other === undefined || one === other) return undefined;
  return sameTensor(tensors.get(one)!, tensors.get(other)!, files) ? undefined : other;
}

const weightTypes = ["F64", "F32", "F16", "BF16"];

function requireFit(folder: string, name: string, { dtype, shape }: FoundTensor, expected: readonly number[]): void {
  if (!weightTypes.includes(dtype))
    throw new CheckpointError(
      `${folder}: tensor ${name} has the type ${dtype}, but weights must be ${weightTypes.join(", ")}: it is quantised or not a weight. Use the checkpoint before quantisation`,
    );
  if (shape.length === expected.length && shape.every((size, axis) => size === expected[axis])) return;
  throw new CheckpointError(
    `${folder}: tensor ${name} has the shape [${shape}], but config.json implies [${expected}], so they do not belong together. ${copyAgain}`,
  );
}

/** Throws unless the weight of a head is outputs × inputs, with a bias for each output. */
function requireHead(folder: string, { tensors }: TensorFiles, [weight, bias]: [string, string], inputs: number | null): void {
  const shape = tensors.get(weight)!.shape;
  const outputs = shape[0] ?? 0;
  requireFit(folder, weight, tensors.get(weight)!, [outputs, inputs ?? shape[1] ?? 0]);
  requireFit(folder, bias, tensors.get(bias)!, [outputs]);
}

function requireBody(folder: string, { title, prefix }: Family, missing: readonly string[], held: readonly string[]): void {
  const [first] = missing;
  if (first === undefined) return;
  const others = missing.length === 1 ? "" : ` and ${missing.length - 1} others`;
  // a wrapper, such as DataParallel or torch.compile, adds a prefix to all names
  const wrapped = [first, first.slice(prefix.length)].flatMap(
    (tensor) => held.find((name) => name.endsWith(`.${tensor}`))?.slice(0, -tensor.length) ?? [],
  );
  const remedy =
    wrapped.length === 0
      ? copyAgain
      : `The names of its tensors begin with ${wrapped[0]}, which a wrapper around the model adds. Save the model inside the wrapper, or remove ${wrapped[0]} from the names`;
  throw new CheckpointError(`${folder} has no tensor ${first}${others}, which ${title} needs (its config.json says so). ${remedy}`);
}
