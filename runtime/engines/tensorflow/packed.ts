import { sizeOf } from "#runtime/contract/shape.ts";
import type { Arrays, DType } from "#runtime/trace/function.ts";

/*
 * Packs arrays into one buffer, which is transferred to another thread without a copy. A message of many small arrays would take too long
 * for the step of a small model.
 */

type Shaped = { shape: readonly number[]; dtype: DType };

const types = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

export function packed(arrays: readonly Arrays[string][]): ArrayBuffer {
  const buffer = new ArrayBuffer(arrays.reduce((sum, { byteLength }) => sum + aligned(byteLength), 0));
  const bytes = new Uint8Array(buffer);
  let at = 0;
  for (const { buffer: from, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(from, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  return buffer;
}

/** The arrays in a buffer, as views. */
export function unpackedArrays(buffer: ArrayBuffer, shapes: readonly Shaped[]): Arrays[string][] {
  let at = 0;
  return shapes.map(({ shape, dtype }) => {
    const view = new types[dtype](buffer, at, sizeOf(shape));
    at += aligned(view.byteLength);
    return view;
  });
}

/** Rounds up to a multiple of four, at which numbers of four bytes begin. */
function aligned(bytes: number): number {
  return (bytes + 3) & ~3;
}
