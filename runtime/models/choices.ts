import type { FamilyChoices, ResolvedModel } from "#runtime/contract/plan.ts";

/** The family settings of a model; absent ones have the values of a model declared by its sizes. */
export function choicesOf(model: ResolvedModel): FamilyChoices {
  const { layers, hidden, heads } = model;
  return {
    decoderLayers: model.decoderLayers ?? layers,
    headWidth: model.headWidth ?? hidden / heads,
    keyValueHeads: model.keyValueHeads ?? heads,
    scaledAttention: model.scaledAttention ?? true,
    embeddingWidth: model.embeddingWidth ?? hidden,
    embeddingScale: model.embeddingScale ?? 1,
    embeddingNorm: model.embeddingNorm ?? false,
    tokenTypes: model.tokenTypes ?? 0,
    positions: model.positions ?? model.context,
    positionOffset: model.positionOffset ?? 0,
    rotary: model.rotary ?? { base: 10000 },
    relative: model.relative ?? { buckets: 32, distance: 128 },
    normEpsilon: model.normEpsilon ?? 1e-5,
    predictionTransform: model.predictionTransform ?? false,
    projectionScale: model.projectionScale ?? 1,
    projectionBias: model.projectionBias ?? "none",
    pooler: model.pooler ?? { activation: "tanh", dropsInput: false },
    initial: model.initial ?? { branches: "scaled", padding: null },
  };
}

/** The stacks of blocks of a model, in the order in which they are applied. */
export function stacksOf(model: ResolvedModel): readonly Stack[] {
  const { architecture, layers } = model;
  if (architecture !== "encoder-decoder") return [{ name: architecture, layers, before: 0, cross: false }];
  return [
    { name: "encoder", layers, before: 0, cross: false },
    { name: "decoder", layers: choicesOf(model).decoderLayers, before: layers, cross: true },
  ];
}

export interface Stack {
  name: "encoder" | "decoder";
  layers: number;
  /** Number of blocks of the stacks before it. */
  before: number;
  /** Whether its blocks also attend to the encoder's output. */
  cross: boolean;
}
