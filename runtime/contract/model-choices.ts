import type { FamilyChoices, ResolvedModel } from "./plan.ts";

/** A model with some of its choices; the others are those of a model declared by its sizes. */
export type PartialModel = Omit<ResolvedModel, keyof FamilyChoices> & Partial<FamilyChoices>;

/** A model that reads and predicts tokens, as config.json and declarations describe it. */
export type TokenModel = Omit<PartialModel, "input" | "targets"> & {
  vocabulary: number;
  /** Absent: 0. */
  tokenTypes?: number;
};

/** The choices of a model declared by its sizes. `FamilyChoices` has no choice without a value here. */
function declaredChoices({
  layers,
  hidden,
  heads,
  context,
}: Pick<ResolvedModel, "layers" | "hidden" | "heads" | "context">): FamilyChoices {
  return {
    decoderLayers: layers,
    headWidth: hidden / heads,
    keyValueHeads: heads,
    scaledAttention: true,
    embeddingWidth: hidden,
    embeddingScale: 1,
    embeddingNorm: false,
    positions: context,
    positionOffset: 0,
    rotary: { base: 10000 },
    relative: { buckets: 32, distance: 128 },
    normEpsilon: 1e-5,
    predictionTransform: false,
    projectionScale: 1,
    projectionBias: "none",
    pooler: { activation: "tanh", dropsInput: false },
    initial: { branches: "scaled", padding: null },
  };
}

/** The model with all of its choices. */
export function completeModel(model: PartialModel): ResolvedModel {
  return { ...declaredChoices(model), ...model };
}

/** The model of tokens with all of its choices. */
export function completeTokenModel({ vocabulary, tokenTypes = 0, ...model }: TokenModel): ResolvedModel {
  return completeModel({ ...model, input: { kind: "tokens", vocabulary, types: tokenTypes }, targets: { classes: vocabulary } });
}

/** The model that config.json of a checkpoint describes, with the names of the choices that the file determines. */
export function configuredModel(described: TokenModel): ResolvedModel {
  const model = completeTokenModel(described);
  const names = Object.keys(declaredChoices(model)) as (keyof FamilyChoices)[];
  return { ...model, configured: names.filter((name) => Object.hasOwn(described, name)) };
}

/**
 * The model with other sizes or choices. Choices that followed from its sizes follow from the new ones, unless the config.json of its
 * checkpoint determines them.
 */
export function withSizes(model: ResolvedModel, change: Partial<ResolvedModel>): ResolvedModel {
  return completeModel({ ...withoutDeclared(model), ...change });
}

/** The choices of a model that one declared by its sizes does not have, or that the config.json of its checkpoint determines. */
export function ownChoices(model: ResolvedModel): Partial<FamilyChoices> {
  const declared = Object.entries(declaredChoices(model));
  const own = declared.filter(([name, value]) => {
    const choice = name as keyof FamilyChoices;
    return model.configured?.includes(choice) || JSON.stringify(model[choice]) !== JSON.stringify(value);
  });
  return Object.fromEntries(own.map(([name]) => [name, model[name as keyof FamilyChoices]]));
}

/** The model without the choices that one declared by its sizes has. */
export function withoutDeclared(model: ResolvedModel): PartialModel {
  const names = Object.keys(declaredChoices(model));
  const others = Object.fromEntries(Object.entries(model).filter(([name]) => !names.includes(name)));
  return { ...(others as unknown as PartialModel), ...ownChoices(model) };
}
