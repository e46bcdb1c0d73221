import { createCipheriv, createHash } from "node:crypto";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Arrays, TensorSpec } from "#runtime/trace/function.ts";

/**
 * Masks of one micro-batch, 1 keeps: a function of (seed, step, micro-batch, place), so every engine drops the same units. The
 * rate is rounded to 1/65,536. The random numbers are AES in counter mode under a key hashed from these four (Salmon et al.
 * 2011, Parallel random numbers: as easy as 1, 2, 3, section 3.1): processors have an instruction for it.
 */
export function dropoutMasks(
  specs: readonly TensorSpec[],
  rate: number,
  path: readonly [seed: number, step: number, micro: number],
): Arrays {
  const threshold = Math.round(rate * 65536);
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const words = randomWords(sizeOf(shape), [...path, name]);
      const mask = new Uint8Array(words.length);
      for (let i = 0; i < mask.length; i++) mask[i] = (words[i] as number) >= threshold ? 1 : 0;
      return [name, mask];
    }),
  );
}

/** Uniform in 0 … 65,535. */
function randomWords(count: number, path: readonly (number | string)[]): Uint16Array {
  const key = createHash("sha256").update(JSON.stringify(path)).digest().subarray(0, 16);
  const bytes = createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(count * 2));
  // every machine that Node runs on is little-endian
  return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
}
