import { add, mul, sub } from "@tensorflow/tfjs-core";
import type { ProgramFunction } from "#runtime/trace/function.ts";
import type { Group } from "./groups.ts";
import { float } from "./inputs.ts";

export const averageName = (group: Group) => `average.${group.index}`;

/** The function that follows each step: average ← decay × average + (1 − decay) × weights. */
export function averageFunction(groups: readonly Group[], weightsName: (group: Group) => string): ProgramFunction {
  return {
    name: averageFunctionName,
    reads: groups.flatMap((group) => [weightsName(group), averageName(group)]),
    inputs: [float(decayName, [])],
    call(state, { [decayName]: decay }) {
      const rest = sub(1, decay!);
      const averaged = groups.map((group) => [
        averageName(group),
        add(mul(state[averageName(group)]!, decay!), mul(state[weightsName(group)]!, rest)),
      ]);
      return { state: Object.fromEntries(averaged), outputs: { rest } };
    },
  };
}

export const averageFunctionName = "average";
const decayName = "average_decay";

/** The inputs of a step of the optimiser, counted from 1. The average begins with the weights after the first, as PyTorch's `AveragedModel`. */
export function averageInputs(decay: number, step: number): Record<string, Float32Array> {
  return { [decayName]: Float32Array.of(step === 1 ? 0 : decay) };
}
