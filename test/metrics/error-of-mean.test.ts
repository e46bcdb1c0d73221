import { expect, test } from "vitest";
import { errorOfMean } from "#runtime/metrics/error-of-mean.ts";
import { random } from "#runtime/random/random.ts";

test("groups of one item have the usual standard error of a mean", () => {
  const groups = [1, 2, 3, 6].map((sum) => ({ sum, n: 1 }));
  // the variance of 1, 2, 3, 6 is 14/3
  expect(errorOfMean(groups)).toBeCloseTo(Math.sqrt(14 / 3 / 4), 12);
});

test("items of a cluster count as one if they are alike", () => {
  const single = [1, 2, 3, 6].map((sum) => ({ sum, n: 1 }));
  const repeated = single.map(({ sum }) => ({ sum: 10 * sum, n: 10 }));
  expect(errorOfMean(repeated)).toBeCloseTo(errorOfMean(single)!, 12);
});

test("it is the spread of means over samples of groups of unequal size", () => {
  const from = random("groups");
  const means: number[] = [];
  const errors: number[] = [];
  for (let sample = 0; sample < 400; sample++) {
    const groups = Array.from({ length: 60 }, () => {
      const [level, n] = [from.uniform(), 1 + from.below(5)];
      return { sum: Array.from({ length: n }, () => level + from.uniform()).reduce((a, b) => a + b, 0), n };
    });
    means.push(groups.reduce((all, { sum }) => all + sum, 0) / groups.reduce((all, { n }) => all + n, 0));
    errors.push(errorOfMean(groups)!);
  }
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const spread = Math.sqrt(means.reduce((all, each) => all + (each - mean) ** 2, 0) / (means.length - 1));
  expect(errors.reduce((a, b) => a + b, 0) / errors.length / spread).toBeCloseTo(1, 0.9);
});

test("one group says nothing of the spread, and places without a group are passed over", () => {
  const sparse: { sum: number; n: number }[] = [];
  sparse[3] = { sum: 4, n: 2 };
  expect(errorOfMean(sparse)).toBeUndefined();
  sparse[7] = { sum: 8, n: 2 };
  expect(errorOfMean(sparse)).toBeCloseTo(1, 12);
});
