import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { ModelSpec } from "#runtime/contract/spec.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { choicesOf } from "./choices.ts";
import { type Parameter, parametersOf } from "./parameters.ts";

/** Width, heads and feed-forward width of ELECTRA's generator, a share of its model's (Clark et al. 2020, appendix A). */
export function generatorSizes(
  { hidden, heads, feedForward }: Pick<ModelSpec, "hidden" | "heads" | "feedForward">,
  share: number,
): Pick<ModelSpec, "hidden" | "heads" | "feedForward"> {
  const part = (size: number) => Math.max(1, Math.round(size * share));
  return { hidden: part(hidden), heads: part(heads), feedForward: part(feedForward) };
}

/**
 * The generator that belongs to a model: narrower, with as many layers and the model's own embeddings, to which it predicts back
 * through a transformation (Clark et al. 2020, section 3.2: weight sharing; released code).
 */
export function generatorOf(model: ResolvedModel, share: number): ResolvedModel {
  const { headWidth: _, keyValueHeads: __, ...rest } = model;
  const { embeddingWidth } = choicesOf(model);
  return {
    ...rest,
    ...generatorSizes(model, share),
    embeddingWidth,
    tiedEmbeddings: true,
    predictionTransform: true,
    projectionBias: "none",
  };
}

const prefix = "generator.";

/** What the generator has besides the embeddings. */
export function generatorParameters(model: ResolvedModel, share: number): Parameter[] {
  return parametersOf(generatorOf(model, share))
    .filter(({ name }) => !isShared(name))
    .map((parameter) => ({ ...parameter, name: prefix + parameter.name }));
}

/** Under the names that the generator as a model of its own has: of its weights, or of its dropout masks. */
export function generatorsOwn(tensors: Tensors): Tensors {
  const entries = Object.entries(tensors).flatMap(([name, tensor]) => {
    if (name.startsWith(prefix)) return [[name.slice(prefix.length), tensor] as const];
    return isShared(name) ? [[name, tensor] as const] : [];
  });
  return Object.fromEntries(entries);
}

export const generatorPlace = (place: string) => prefix + place;

/** Token, position and type embeddings and the norm over their sum. */
function isShared(name: string): boolean {
  return name === "embeddings.tokens" || /^(?:encoder|decoder)\.(positions|types|embedding_norm\.\w+)$/.test(name);
}
