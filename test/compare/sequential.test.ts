import { expect, test } from "vitest";
import { nominalLevel, sequentialP } from "#runtime/scoring/sequential.ts";

test("one look is the plain test", () => {
  expect(nominalLevel(0.05, { seeds: [5], max: 5 })).toBeCloseTo(0.05, 6);
  expect(sequentialP(0.0123, { seeds: [5], max: 5 })).toBe(0.0123);
});

/** Lan and DeMets 1983, table 1, and the `ldbounds` package for R: five equally spaced looks, two-sided 5%. */
test("five equally spaced looks have the published boundaries", () => {
  const z = [4.8769, 3.3569, 2.6803, 2.2898, 2.031];
  const p = [1.077e-6, 7.883e-4, 7.355e-3, 2.203e-2, 4.225e-2];
  for (const [look, requested] of p.entries()) {
    const seeds = Array.from({ length: look + 1 }, (_, index) => index + 1);
    expect(nominalLevel(0.05, { seeds, max: 5 }) / requested, `look ${look + 1}, z = ${z[look]}`).toBeCloseTo(1, 2);
  }
});

test("the level at which a look would have stopped turns its nominal level back", () => {
  const interimAnalyses = { seeds: [5, 6, 7, 8], max: 10 };
  for (const level of [0.05, 0.01, 0.2]) expect(sequentialP(nominalLevel(level, interimAnalyses), interimAnalyses)).toBeCloseTo(level, 3);
});

test("the same p says less when it was looked at early or often", () => {
  const last = sequentialP(0.03, { seeds: [5, 6, 7, 8, 9, 10], max: 10 });
  expect(last).toBeGreaterThan(0.03);
  expect(sequentialP(0.03, { seeds: [5], max: 10 })).toBeGreaterThan(last);
});
