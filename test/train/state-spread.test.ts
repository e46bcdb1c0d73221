import { expect, test } from "vitest";
import { spreadOf } from "#runtime/train/state-spread.ts";

test("vectors at right angles have the rank of their number, equal ones the rank of one", () => {
  expect(spreadOf(Float32Array.of(1, 0, 0, 0, 2, 0, 0, 0, 2), 3)).toMatchObject({ texts: 3, cosine: 0 });
  // shares of the singular values: 1/5, 2/5, 2/5
  const entropy = -(0.2 * Math.log(0.2) + 0.8 * Math.log(0.4));
  expect(spreadOf(Float32Array.of(1, 0, 0, 0, 2, 0, 0, 0, 2), 3)!.effective_rank).toBeCloseTo(Math.exp(entropy), 10);
  const same = spreadOf(Float32Array.of(1, 2, 1, 2, 1, 2), 2)!;
  expect(same.cosine).toBeCloseTo(1, 12);
  expect(same.effective_rank).toBeCloseTo(1, 5);
});

test("the effective rank is that of NumPy's singular values", () => {
  // numpy.linalg.svd of NumPy 2.4.6: exp(−Σ p log p) with p = s ÷ Σ s, and the mean of the products of different unit rows
  const rows = [
    [2.841, -1.756, 1.218, 0.232],
    [0.347, 0.584, -1.22, 0.568],
    [-0.065, 4.123, 1.026, 0.447],
    [0.519, 0.132, -0.255, 0.409],
    [1.282, 0.561, 1.758, 0.6],
    [0.824, 2.346, 1.345, 0.295],
  ];
  const { effective_rank, cosine } = spreadOf(Float32Array.from(rows.flat()), 4)!;
  expect(effective_rank).toBeCloseTo(3.0996112131540476, 6);
  expect(cosine).toBeCloseTo(0.25574758976245265, 6);
});

test("one text, and states that are not finite, have no spread", () => {
  expect(spreadOf(Float32Array.of(1, 2), 2)).toBeUndefined();
  expect(spreadOf(Float32Array.of(1, 2, Number.NaN, 1), 2)).toBeUndefined();
});
