import { adamWModule } from "./adamw.generated.ts";

/** The numbers of an update that are the same for all weights. */
export interface UpdateScalars {
  scale: number;
  beta1: number;
  beta2: number;
  stepSize: number;
  epsilon: number;
  keep: number;
}

/** The part of WebAssembly that is used here; TypeScript declares it only for browsers. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

type Kernel = (w: number, m: number, v: number, gradient: number, count: number, ...scalars: number[]) => void;

/** Count of numbers that are updated at a time; with their moments and gradient, they fit in a processor's level 2 cache. */
const block = 16384;
const blockBytes = block * 4;

interface Opened {
  update: Kernel;
  squares(start: number, count: number): number;
  weights: Float32Array;
  first: Float32Array;
  second: Float32Array;
  gradient: Float32Array;
}

let once: Opened | undefined;

/** The kernel `adamw.wat` with a memory for a block of each array. */
function opened(): Opened {
  if (once) return once;
  const memory = new WebAssembly.Memory({ initial: (4 * blockBytes) / 65536, maximum: (4 * blockBytes) / 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(adamWModule()), { host: { memory } });
  const view = (index: number) => new Float32Array(memory.buffer, index * blockBytes, block);
  const { update, squares } = exports as Pick<Opened, "update" | "squares">;
  once = { update, squares, weights: view(0), first: view(1), second: view(2), gradient: view(gradientAt) };
  return once;
}

const gradientAt = 3;

/**
 * One step of AdamW in place: weights, first and second moment (N), and the parts of the gradient, which are N numbers together. Blocks are
 * copied to the memory of the kernel and back, so that arrays may have any size and origin; the copies stay in the cache.
 */
export function updateInPlace(
  arrays: readonly [Float32Array, Float32Array, Float32Array],
  gradient: readonly Float32Array[],
  { scale, beta1, beta2, stepSize, epsilon, keep }: UpdateScalars,
): void {
  const { update, weights, first, second } = opened();
  const places = [weights, first, second];
  let start = 0;
  for (const count of blocksOf(gradient)) {
    const parts = arrays.map((array) => array.subarray(start, start + count));
    for (const [i, part] of parts.entries()) places[i]!.set(part);
    // four at a time: numbers after the last are updated but not read
    const numbers = [scale, beta1, 1 - beta1, beta2, 1 - beta2, stepSize, epsilon, keep];
    update(0, blockBytes, 2 * blockBytes, gradientAt * blockBytes, (count + 3) & ~3, ...numbers);
    for (const [i, part] of parts.entries()) part.set(count === block ? places[i]! : places[i]!.subarray(0, count));
    start += count;
  }
}

/** The sum of squares of all parts; sums of blocks are added in double precision. */
export function sumOfSquares(parts: readonly Float32Array[]): number {
  const { squares, gradient } = opened();
  let sum = 0;
  for (const count of blocksOf(parts)) {
    const whole = (count + 15) & ~15;
    gradient.fill(0, count, whole);
    sum += squares(gradientAt * blockBytes, whole);
  }
  return sum;
}

/** Copies the parts consecutively to the memory of the gradient, one block at a time, and yields the count of numbers of each block. */
function* blocksOf(parts: readonly Float32Array[]): Generator<number> {
  const { gradient } = opened();
  let filled = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const count = Math.min(block - filled, part.length - at);
      gradient.set(count === part.length ? part : part.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < block) continue;
      yield filled;
      filled = 0;
    }
  }
  if (filled > 0) yield filled;
}
