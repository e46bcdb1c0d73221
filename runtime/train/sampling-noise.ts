import { sizeOf } from "#runtime/contract/shape.ts";
import { random } from "#runtime/random/random.ts";
import type { Arrays, TensorSpec } from "#runtime/trace/function.ts";

/**
 * Uniform numbers for samples that a program draws, a function of the path: (seed, step, micro-batch). They are strictly between
 * 0 and 1, also as 32-bit floats: odd multiples of 2⁻²⁴.
 */
export function uniformNoise(specs: readonly TensorSpec[], path: readonly (number | string)[]): Arrays {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const values = new Float32Array(sizeOf(shape));
      const from = random(...path, name);
      for (let i = 0; i < values.length; i++) values[i] = ((from.uint32() >>> 9) + 0.5) / 8388608;
      return [name, values];
    }),
  );
}
