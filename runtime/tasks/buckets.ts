import { random, shuffle } from "#runtime/random/random.ts";

/** Which examples one step of fine-tuning reads. */
export type FineTuningBatch = number[];

/**
 * The batches of one epoch. Each example once, in random order; within stretches of some 50 batches examples of like length come
 * together, so that little is padded; the batches themselves come in random order. The last of them may be smaller. A pure
 * function of its arguments. `lengths`: tokens of each example.
 */
export function fineTuningBatches(epoch: { lengths: ArrayLike<number>; batch: number; seed: number; epoch: number }): FineTuningBatch[] {
  const { lengths, batch } = epoch;
  const lengthOf = (index: number) => lengths[index] as number;
  const from = random(epoch.seed, "fine-tuning order", epoch.epoch);
  const order = shuffle(
    Array.from({ length: lengths.length }, (_, i) => i),
    from,
  );
  const batches: FineTuningBatch[] = [];
  for (let start = 0; start < order.length; start += batch * sortedBatches) {
    const chunk = order.slice(start, start + batch * sortedBatches).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
    for (let at = 0; at < chunk.length; at += batch) batches.push(chunk.slice(at, at + batch));
  }
  return shuffle(batches, from);
}

const sortedBatches = 50;

/** Bucket lengths up to a context: 8, 16, 24, 32, 48, 64, 96, 128, … A program is compiled once for each that occurs. */
export function bucketLengths(context: number): number[] {
  const lengths = [8, 16, 24];
  for (let power = 32; power < context; power *= 2) lengths.push(power, power + power / 2);
  return [...lengths.filter((length) => length < context), context];
}

/** The smallest bucket that holds so many tokens. */
export function lengthBucket(length: number, context: number): number {
  return bucketLengths(context).find((bucket) => bucket >= length) ?? context;
}
