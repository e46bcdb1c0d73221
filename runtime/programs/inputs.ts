import type { TensorSpec } from "#runtime/trace/function.ts";

export function float(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "float32" };
}

export function int(name: string, shape: readonly number[]): TensorSpec {
  return { name, shape, dtype: "int32" };
}

/** Uniform numbers above 0 and below 1 that a program draws samples by; they are not part of a batch's arrays. */
export const samplingNoise = "sampling_noise";

/** Row-major (rows, length), each row padded after its values. Throws `RangeError` if one is too long. */
export function padded(rows: readonly (readonly number[])[], length: number, fill: number): Int32Array {
  const values = new Int32Array(rows.length * length).fill(fill);
  rows.forEach((row, b) => {
    if (row.length > length) throw new RangeError(`a sequence of ${row.length} positions in a layout of ${length}`);
    values.set(row, b * length);
  });
  return values;
}
