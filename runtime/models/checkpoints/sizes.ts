import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { choicesOf } from "../choices.ts";
import { CheckpointError } from "../families/config.ts";

/** Longer contexts than any model has. */
const mostPositions = 2 ** 27;

/**
 * What config.json says can be a model of so many tensors. Throws `CheckpointError`: before anything is made for each layer, and for what
 * the shapes of the tensors do not show.
 */
export function requirePossible(where: string, model: ResolvedModel, tensors: number): void {
  const { layers, heads, hidden, context, position, dropout } = model;
  const { decoderLayers, headWidth, keyValueHeads, normEpsilon, rotary, relative } = choicesOf(model);
  const blocks = layers + (model.architecture === "encoder-decoder" ? decoderLayers : 0);
  const scaling = rotary.scaling ? Object.values(rotary.scaling).filter((value) => typeof value === "number") : [];
  const wrong = [
    [blocks <= tensors, `it has ${blocks} layers, and the checkpoint has ${tensors} tensors for all of them`],
    [Number.isInteger(headWidth), `${heads} heads do not divide the width ${hidden}`],
    [heads % keyValueHeads === 0, `${keyValueHeads} heads of keys and values do not divide ${heads} heads`],
    [position !== "rotary" || headWidth % 2 === 0, `rotary positions turn pairs of numbers, and a head is ${headWidth} wide`],
    [context >= 1 && context <= mostPositions, `it reads ${context} positions`],
    [dropout >= 0 && dropout < 1, `its dropout is ${dropout}, no share below 1`],
    [normEpsilon >= 0 && Number.isFinite(normEpsilon), `the epsilon of its norms is ${normEpsilon}`],
    [[rotary.base, ...scaling].every((value) => value > 0), "a number of its rotary positions is not above 0"],
    [
      position !== "relative" || (relative.buckets >= 4 && relative.distance > relative.buckets / 2),
      "its buckets of relative positions hold no distances",
    ],
  ] as const;
  const found = wrong.find(([holds]) => !holds);
  if (found) throw new CheckpointError(`${where} describes no model that can be: ${found[1]}. Download or copy the checkpoint again`);
}
