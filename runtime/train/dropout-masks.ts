import { dropoutInputs, noiseInputs, type Part, type TrainingSettings } from "#runtime/programs/training-program.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { dropoutMasks } from "./drawn-masks.ts";
import { uniformNoise } from "./sampling-noise.ts";

/** A step's micro-batches with their dropout masks and what they sample with: a function of (seed, step). */
export function withMasks(
  settings: TrainingSettings,
  part: Part,
  batches: readonly Arrays[],
  [seed, step]: readonly [seed: number, step: number],
): Arrays[] {
  const [places, noise] = [dropoutInputs(settings, part), noiseInputs(settings, part)];
  return batches.map((batch, micro) => ({
    ...batch,
    ...dropoutMasks(places, settings.dropout, [seed, step, micro]),
    ...uniformNoise(noise, [seed, step, micro]),
  }));
}
