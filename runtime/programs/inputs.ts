import type { TensorSpec } from "#runtime/trace/function.ts";

export function float(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "float32" };
}

export function int(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "int32" };
}
