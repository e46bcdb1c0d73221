import { expect, test } from "vitest";
import { uniformNoise } from "#runtime/train/sampling-noise.ts";

const noise = (count: number, ...path: (number | string)[]) =>
  uniformNoise([{ name: "noise", shape: [count, 4], dtype: "float32" }], path).noise as Float32Array;

test("noise is a function of its path, and is strictly between 0 and 1 as 32-bit floats", () => {
  const values = noise(50_000, 1, 2, 0);
  expect(noise(50_000, 1, 2, 0)).toEqual(values);
  expect(noise(50_000, 1, 3, 0)).not.toEqual(values);
  expect(Math.min(...values.subarray(0, 60_000))).toBeGreaterThan(0);
  expect(Math.max(...values.subarray(0, 60_000))).toBeLessThan(1);
  const largest = Math.fround((8388607 + 0.5) / 8388608);
  expect(largest).toBeLessThan(1);
  expect(Number.isFinite(-Math.log(-Math.log(largest)))).toBe(true);
});

test("by Gumbel's trick it draws each token as often as the softmax has it", () => {
  const logits = [0, 1, 2, -1];
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const count = 10_000;
  const values = noise(count, "softmax");
  const drawn = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const perturbed = logits.map((logit, k) => logit - Math.log(-Math.log(values[i * 4 + k]!)));
    const sample = perturbed.indexOf(Math.max(...perturbed));
    drawn[sample] = drawn[sample]! + 1;
  }
  for (const [k, found] of drawn.entries()) {
    const p = Math.exp(logits[k]!) / total;
    expect(Math.abs(found - count * p)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)));
  }
});
