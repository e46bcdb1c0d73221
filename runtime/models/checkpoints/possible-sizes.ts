import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { CheckpointError } from "../families/config.ts";

/** Maximum context, longer than that of any model. */
const maxPositions = 2 ** 27;

/**
 * Throws `CheckpointError` if config.json cannot describe a model with this number of tensors. It is checked before anything is allocated
 * per layer, and covers what the shapes of tensors do not show.
 */
export function requirePossible(where: string, model: ResolvedModel, tensors: number): void {
  const { layers, heads, hidden, context, position, dropout } = model;
  const { decoderLayers, headWidth, keyValueHeads, normEpsilon, rotary, relative } = model;
  const blocks = layers + (model.architecture === "encoder-decoder" ? decoderLayers : 0);
  const scaling = rotary.scaling ? Object.values(rotary.scaling).filter((value) => typeof value === "number") : [];
  const wrong = [
    [blocks <= tensors, `it has ${blocks} layers, but the checkpoint has only ${tensors} tensors`],
    [Number.isInteger(headWidth), `${heads} heads do not divide the width ${hidden}`],
    [heads % keyValueHeads === 0, `${keyValueHeads} heads of keys and values do not divide ${heads} heads`],
    [position !== "rotary" || headWidth % 2 === 0, `rotary positions rotate pairs of numbers, but a head is ${headWidth} wide`],
    [context >= 1 && context <= maxPositions, `it reads ${context} positions`],
    [dropout >= 0 && dropout < 1, `its dropout is ${dropout}, which is not a share below 1`],
    [normEpsilon >= 0 && Number.isFinite(normEpsilon), `the epsilon of its norms is ${normEpsilon}`],
    [[rotary.base, ...scaling].every((value) => value > 0), "a number of its rotary positions is not above 0"],
    [
      position !== "relative" || (relative.buckets >= 4 && relative.distance > relative.buckets / 2),
      "its buckets of relative positions contain no distances",
    ],
  ] as const;
  const found = wrong.find(([holds]) => !holds);
  if (found) throw new CheckpointError(`${where} describes an impossible model: ${found[1]}. Download or copy the checkpoint again`);
}
