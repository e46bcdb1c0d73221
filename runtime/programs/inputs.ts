import type { TensorSpec } from "#runtime/trace/function.ts";

export function float(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "float32" };
}

export function int(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "int32" };
}

/** Uniform numbers above 0 and below 1 that a program draws samples by; they are not part of a batch's arrays. */
export const samplingNoise = "sampling_noise";
