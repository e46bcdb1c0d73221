import type { ResolvedModel } from "#runtime/contract/plan.ts";

/** The stacks of blocks of a model, in the order in which they are applied. */
export function stacksOf({ architecture, layers, decoderLayers }: ResolvedModel): readonly Stack[] {
  if (architecture !== "encoder-decoder") return [{ name: architecture, layers, before: 0, cross: false }];
  return [
    { name: "encoder", layers, before: 0, cross: false },
    { name: "decoder", layers: decoderLayers, before: layers, cross: true },
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
