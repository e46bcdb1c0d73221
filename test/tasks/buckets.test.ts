import { describe, expect, test } from "vitest";
import { random } from "#runtime/random/random.ts";
import { bucketLengths, fineTuningBatches, lengthBucket } from "#runtime/tasks/buckets.ts";

test("buckets grow up to the context", () => {
  expect(bucketLengths(128)).toEqual([8, 16, 24, 32, 48, 64, 96, 128]);
  expect(bucketLengths(100)).toEqual([8, 16, 24, 32, 48, 64, 96, 100]);
  expect(bucketLengths(8)).toEqual([8]);
  expect([1, 8, 9, 33, 128].map((length) => lengthBucket(length, 128))).toEqual([8, 8, 16, 48, 128]);
});

describe("the batches of an epoch", () => {
  const from = random(1, "lengths");
  const lengths = Array.from({ length: 5003 }, () => 3 + from.below(126));
  const epochOf = (seed: number, epoch: number) => fineTuningBatches({ lengths, batch: 16, seed, epoch });

  test("have every example once", () => {
    const batches = epochOf(1, 0);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    expect(batches.map((indices) => indices.length).filter((size) => size < 16)).toEqual([5003 % 16]);
  });

  test("pad little", () => {
    const paddedTo = (indices: number[]) => lengthBucket(Math.max(...indices.map((index) => lengths[index]!)), 128);
    const read = epochOf(1, 0).reduce((sum, indices) => sum + indices.length * paddedTo(indices), 0);
    const useful = lengths.reduce((sum, length) => sum + length, 0);
    expect(useful / read).toBeGreaterThan(0.8);
  });

  test("are a function of seed and epoch", () => {
    expect(epochOf(1, 0)).toEqual(epochOf(1, 0));
    expect(new Set([epochOf(1, 0), epochOf(1, 1), epochOf(2, 0)].map((batches) => JSON.stringify(batches))).size).toBe(3);
  });

  test("of no examples are none", () => {
    expect(fineTuningBatches({ lengths: [], batch: 16, seed: 1, epoch: 0 })).toEqual([]);
  });
});
