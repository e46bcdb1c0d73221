import type { ResolvedModel } from "../../contract/plan.ts";
import { choicesOf } from "../choices.ts";
import { CheckpointError, configOf } from "./config.ts";
import type { Family } from "./family.ts";
import { families } from "./table.ts";

/** A model as one of a family: the same function, with the family's choices. */
export interface AsFamily {
  family: Family;
  model: ResolvedModel;
  /** What config.json says of it. */
  config: Record<string, unknown>;
  /** Queries take over the scaling of the scores, which the family leaves out. */
  scalesQueries: boolean;
}

/**
 * The family that has all of a model's choices. Two may differ and leave the same function: biases that the model lacks are 0, and
 * scores that the family does not scale come from scaled queries. Throws `CheckpointError` with what no family has.
 */
export function familyOf(model: ResolvedModel): AsFamily {
  const tried = Object.values(families)
    .flatMap((family) => tryFamily(family, model) ?? [])
    .sort((a, b) => a.unlike.length - b.unlike.length);
  const [nearest] = tried;
  if (!nearest) throw new CheckpointError(`no family is ${model.architecture === "encoder" ? "an" : "a"} ${model.architecture}`);
  if (nearest.unlike.length === 0) return nearest;
  throw new CheckpointError(
    `no family of Transformers has this model's choices. The nearest is ${nearest.family.title}, which has ${nearest.unlike.join(", ")}`,
  );
}

function tryFamily(family: Family, model: ResolvedModel): (AsFamily & { unlike: string[] }) | undefined {
  const { weights: _, ...own } = model;
  const whole = { ...own, ...choicesOf(model), context: choicesOf(model).positions };
  const written = { ...family.sizes(whole), ...family.write(whole) };
  let found: ResolvedModel;
  try {
    const has = (tensor: string) => (tensor === "final_logits_bias" ? whole.projectionBias !== "none" : !model.tiedEmbeddings);
    found = family.read(configOf(written, family.title), has);
  } catch (error) {
    // the choice that stopped it stands in the other families' differences
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
  if (found.architecture !== model.architecture) return undefined;
  const theirs = { ...found, ...choicesOf(found) };
  const scalesQueries = whole.scaledAttention && !theirs.scaledAttention;
  const wanted = {
    ...whole,
    ...(scalesQueries ? { scaledAttention: false } : {}),
    biases: whole.biases || (theirs.biases && whole.norm === "layer"),
  };
  const unlike = compared.filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(theirs[key]));
  const as = unlike.map((key) => `${key} ${JSON.stringify(theirs[key])} instead of ${JSON.stringify(wanted[key])}`);
  return { family, model: found, config: written, scalesQueries, unlike: as };
}

const compared: readonly Exclude<keyof ResolvedModel, "weights">[] = [
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
