import { sizeOf } from "#runtime/contract/shape.ts";
import type { Arrays, DType } from "#runtime/trace/function.ts";

/*
 * Arrays as one piece of memory that is handed to another thread as it is. A message of many small arrays takes longer than a
 * small model's step has time for.
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

/** Views of it. */
export function unpacked(buffer: ArrayBuffer, shapes: readonly Shaped[]): Arrays[string][] {
  let at = 0;
  return shapes.map(({ shape, dtype }) => {
    const view = new types[dtype](buffer, at, sizeOf(shape));
    at += aligned(view.byteLength);
    return view;
  });
}

/** Numbers of four bytes begin at a multiple of four. */
function aligned(bytes: number): number {
  return (bytes + 3) & ~3;
}
