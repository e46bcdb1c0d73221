import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { CheckpointError, configOf } from "./config.ts";
import type { Family, FamilyName } from "./family.ts";
import { families } from "./family-table.ts";

/** A model as a member of a family: the same function, with the family's settings. */
export interface AsFamily {
  family: Family;
  model: ResolvedModel;
  /** The settings of config.json. */
  config: Record<string, unknown>;
  /** Whether queries include the scaling of attention scores, which the family omits. */
  scalesQueries: boolean;
}

/**
 * The family that has all settings of a model. Two settings may differ without changing the function: biases that the model lacks are 0,
 * and queries are scaled if the family does not scale attention scores. Throws `CheckpointError` with the settings that no family has.
 */
export function familyOf(model: ResolvedModel): AsFamily {
  const tried = Object.values(families)
    .flatMap((family) => tryFamily(family, model) ?? [])
    .sort((a, b) => a.unlike.length - b.unlike.length);
  const [nearest] = tried;
  if (!nearest) throw new CheckpointError(`no family is ${model.architecture === "encoder" ? "an" : "a"} ${model.architecture}`);
  if (nearest.unlike.length === 0) return nearest;
  const { architecture } = model;
  throw new CheckpointError(
    `Transformers has no class for a model with these settings. The nearest is ${nearest.family.title}, which has ${nearest.unlike.join(", ")}. Declare the model with its sizes and family: ${familiesOf[architecture]}`,
  );
}

/** The model as a member of a family; undefined if the family has other settings. */
export function asFamily(name: FamilyName, model: ResolvedModel): AsFamily | undefined {
  const tried = tryFamily(families[name], model);
  return tried?.unlike.length === 0 ? tried : undefined;
}

/** The families that can be declared instead, for each architecture. */
export const familiesOf: Record<ResolvedModel["architecture"], string> = {
  encoder: "bert (or roberta, distilbert, electra)",
  decoder: "gpt2 (or llama)",
  "encoder-decoder": "t5 (or t5-v1_1, bart)",
};

function tryFamily(family: Family, model: ResolvedModel): (AsFamily & { unlike: string[] }) | undefined {
  const { weights: _, ...own } = model;
  const whole = flat({ ...own, context: model.positions });
  const written = { ...family.sizes(whole), ...family.write(whole) };
  let found: ResolvedModel;
  try {
    const has = (tensor: string) => (tensor === "final_logits_bias" ? whole.projectionBias !== "none" : !model.tiedEmbeddings);
    found = completeTokenModel(family.read(configOf(written, family.title), has));
  } catch (error) {
    // the differences of the other families include the setting that prevented this one
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
  if (found.architecture !== model.architecture) return undefined;
  const theirs = flat(found);
  const scalesQueries = whole.scaledAttention && !found.scaledAttention;
  const ours = {
    ...whole,
    ...(scalesQueries ? { scaledAttention: false } : {}),
    biases: whole.biases || (found.biases && whole.norm === "layer"),
  };
  const unlike = compared.filter((key) => JSON.stringify(ours[key]) !== JSON.stringify(theirs[key]));
  const as = unlike.map((key) => inWords(key, theirs[key], ours[key]));
  return { family, model: found, config: written, scalesQueries, unlike: as };
}

/** A model with its input and its targets among its settings, as config.json has them. */
type FlatModel = ResolvedModel & { vocabulary: number; tokenTypes: number };

function flat(model: ResolvedModel): FlatModel {
  return { ...model, vocabulary: model.input.vocabulary, tokenTypes: model.input.types };
}

/** A difference in the terms of the language: a key of a declaration, or a description of a setting that only families have. */
function inWords(key: (typeof compared)[number], theirs: unknown, ours: unknown): string {
  const own = (Object.hasOwn(familysOwn, key) ? familysOwn[key] : undefined)?.(theirs);
  if (own) return own;
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `${name}: ${theirs} instead of ${ours}`;
}

const withOrWithout = (what: string) => (theirs: unknown) =>
  `${theirs === true || (typeof theirs === "number" && theirs > 0) ? "" : "no "}${what}`;

/** Descriptions of settings for which a declaration has no key. */
const familysOwn: Partial<Record<(typeof compared)[number], (theirs: unknown) => string>> = {
  embeddingNorm: withOrWithout("norm over its embeddings"),
  predictionTransform: withOrWithout("layer before its projection to the vocabulary"),
  projectionBias: (theirs) => `${theirs === "none" ? "no" : "a"} bias of that projection`,
  projectionScale: (theirs) => `states multiplied by ${theirs} before that projection`,
  tokenTypes: withOrWithout("token types"),
  normEpsilon: (theirs) => `norms with an epsilon of ${theirs}`,
  positionOffset: (theirs) => `positions counted from ${theirs}`,
  embeddingScale: (theirs) => `embeddings multiplied by ${theirs}`,
  scaledAttention: withOrWithout("scaling of attention scores"),
  embeddingWidth: (theirs) => `embeddings ${theirs} wide`,
  headWidth: (theirs) => `heads ${theirs} wide`,
  keyValueHeads: (theirs) => `${theirs} heads of keys and values`,
  decoderLayers: (theirs) => `${theirs} layers in its decoder`,
};

const compared: readonly Exclude<keyof FlatModel, "weights">[] = [
  "position",
  "norm",
  "placement",
  "activation",
  "tiedEmbeddings",
  "biases",
  "layers",
  "decoderLayers",
  "hidden",
  "heads",
  "headWidth",
  "keyValueHeads",
  "feedForward",
  "vocabulary",
  "context",
  "scaledAttention",
  "embeddingWidth",
  "embeddingScale",
  "embeddingNorm",
  "tokenTypes",
  "positionOffset",
  "normEpsilon",
  "predictionTransform",
  "projectionScale",
  "projectionBias",
];
