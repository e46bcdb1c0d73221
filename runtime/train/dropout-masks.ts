import { random } from "../random/random.ts";
import type { Arrays, TensorSpec } from "../trace/function.ts";

/**
 * Masks of one micro-batch, 1 keeps: a function of (seed, step, micro-batch, place), so every engine drops the same units. The
 * rate is rounded to 1/65,536.
 */
export function dropoutMasks(
  specs: readonly TensorSpec[],
  rate: number,
  path: readonly [seed: number, step: number, micro: number],
): Arrays {
  const threshold = Math.round(rate * 65536);
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const mask = new Uint8Array(shape.reduce((product, size) => product * size, 1));
      const from = random(...path, name);
      for (let i = 0; i < mask.length; i += 2) {
        const word = from.uint32();
        mask[i] = (word & 0xffff) >= threshold ? 1 : 0;
        if (i + 1 < mask.length) mask[i + 1] = word >>> 16 >= threshold ? 1 : 0;
      }
      return [name, mask];
    }),
  );
}
