import { adamWModule } from "./adamw.generated.ts";

/** Numbers of an update that are the same for all weights. */
export interface UpdateScalars {
  scale: number;
  beta1: number;
  beta2: number;
  stepSize: number;
  epsilon: number;
  keep: number;
}

/** As much of it as is used here; TypeScript knows it as a part of browsers. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

type Kernel = (w: number, m: number, v: number, gradient: number, count: number, ...scalars: number[]) => void;

/** Numbers that are updated at a time: with their moments and gradient they fit into a processor's second cache. */
const block = 16384;
const blockBytes = block * 4;

let opened: { update: Kernel; weights: Float32Array; first: Float32Array; second: Float32Array; gradient: Float32Array } | undefined;

/** `adamw.wat` on a memory that holds a block of each array. */
function open() {
  const memory = new WebAssembly.Memory({ initial: (4 * blockBytes) / 65536, maximum: (4 * blockBytes) / 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(adamWModule()), { host: { memory } });
  const view = (index: number) => new Float32Array(memory.buffer, index * blockBytes, block);
  return { update: exports.update as Kernel, weights: view(0), first: view(1), second: view(2), gradient: view(3) };
}

/**
 * One step of AdamW in place: weights, first and second moment (N), the gradient's parts, which are N numbers together. A block
 * at a time is copied into the memory of the kernel and back: arrays of any size and origin, and the copies stay in the cache.
 */
export function updateInPlace(
  [weights, first, second]: readonly [Float32Array, Float32Array, Float32Array],
  gradient: readonly Float32Array[],
  { scale, beta1, beta2, stepSize, epsilon, keep }: UpdateScalars,
): void {
  opened ??= open();
  const { update } = opened;
  let start = 0;
  for (const part of gradient) {
    for (let at = 0; at < part.length; at += block) {
      const count = Math.min(block, part.length - at);
      const of = (array: Float32Array) => array.subarray(start, start + count);
      const [w, m, v] = [of(weights), of(first), of(second)];
      opened.weights.set(w);
      opened.first.set(m);
      opened.second.set(v);
      opened.gradient.set(part.subarray(at, at + count));
      // four at a time: what lies behind the last is updated and not read
      update(
        0,
        blockBytes,
        2 * blockBytes,
        3 * blockBytes,
        (count + 3) & ~3,
        scale,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        stepSize,
        epsilon,
        keep,
      );
      w.set(opened.weights.subarray(0, count));
      m.set(opened.first.subarray(0, count));
      v.set(opened.second.subarray(0, count));
      start += count;
    }
  }
}
