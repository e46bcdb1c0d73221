import { withSizes } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { ModelSpec } from "#runtime/contract/spec.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { type Parameter, parametersOf } from "./parameters.ts";

/** Width, heads and feed-forward width of ELECTRA's generator, which are a share of its model's (Clark et al. 2020, appendix A). */
export function generatorSizes(
  { hidden, heads, feedForward }: Pick<ModelSpec, "hidden" | "heads" | "feedForward">,
  share: number,
): Pick<ModelSpec, "hidden" | "heads" | "feedForward"> {
  const part = (size: number) => Math.max(1, Math.round(size * share));
  return { hidden: part(hidden), heads: part(heads), feedForward: part(feedForward) };
}

/**
 * The generator of a model: narrower, with as many layers. It shares the model's embeddings, also for its output projection, which follows
 * a transformation (Clark et al. 2020, section 3.2: weight sharing; released code).
 */
export function generatorOf(model: ResolvedModel, share: number): ResolvedModel {
  const sizes = generatorSizes(model, share);
  return withSizes(model, {
    ...sizes,
    headWidth: sizes.hidden / sizes.heads,
    keyValueHeads: sizes.heads,
    embeddingWidth: model.embeddingWidth,
    tiedEmbeddings: true,
    predictionTransform: true,
    projectionBias: "none",
  });
}

const prefix = "generator.";

/** The parameters of the generator, without the shared embeddings. */
export function generatorParameters(model: ResolvedModel, share: number): Parameter[] {
  return parametersOf(generatorOf(model, share))
    .filter(({ name }) => !isShared(name))
    .map((parameter) => ({ ...parameter, name: prefix + parameter.name }));
}

/** The generator's weights or dropout masks, with the names that they have in a separate model. */
export function generatorsOwn(tensors: Tensors): Tensors {
  const entries = Object.entries(tensors).flatMap(([name, tensor]) => {
    if (name.startsWith(prefix)) return [[name.slice(prefix.length), tensor] as const];
    return isShared(name) ? [[name, tensor] as const] : [];
  });
  return Object.fromEntries(entries);
}

export const generatorPlace = (place: string) => prefix + place;

/** Whether a parameter is shared: embeddings of the input, of positions and of types, and the norm over their sum. */
function isShared(name: string): boolean {
  return name === "embeddings.tokens" || /^(?:encoder|decoder)\.(positions|types|embedding_norm\.\w+)$/.test(name);
}
