import type { FamilyChoices, ResolvedModel } from "#runtime/contract/plan.ts";

/** A model's choices with those of a model declared by its sizes filled in. */
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

/** A model's stacks of blocks, in the order in which text passes them. */
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
  /** Blocks of the stacks before it. */
  before: number;
  /** Its blocks also attend to the encoder's output. */
  cross: boolean;
}
