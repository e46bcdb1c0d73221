import { expect, test } from "vitest";
import { estimate, holm, pairedTest } from "#runtime/compare/statistics.ts";
import reference from "../metrics/reference.json" with { type: "json" };

const { a, b, paired_t, mean_ci95_t, sem, holm: corrected } = reference.statistics;

test("mean, standard error and 95% interval as SciPy", () => {
  const { n, standardError, low, high } = estimate(a);
  expect(n).toBe(5);
  expect(standardError).toBeCloseTo(sem, 12);
  expect(low).toBeCloseTo(mean_ci95_t[0]!, 9);
  expect(high).toBeCloseTo(mean_ci95_t[1]!, 9);
});

test("the paired t-test as SciPy's ttest_rel", () => {
  const { mean, standardError, p } = pairedTest(a.map((value, index) => value - b[index]!));
  expect(mean / standardError).toBeCloseTo(paired_t[0]!, 9);
  expect(p).toBeCloseTo(paired_t[1]!, 9);
});

test("two pairs by hand: t = 3 with one degree of freedom, p = 1 − 2·atan(3)/π", () => {
  expect(pairedTest([1, 2]).p).toBeCloseTo(1 - (2 * Math.atan(3)) / Math.PI, 9);
});

test("one value has a mean and no interval", () => {
  expect(estimate([0.7])).toEqual({ n: 1, mean: 0.7, standardError: 0, low: null, high: null });
  expect(pairedTest([0.1]).p).toBeNull();
});

test("no difference at all is p = 1; the same difference everywhere cannot be tested", () => {
  expect(pairedTest([0, 0, 0])).toMatchObject({ mean: 0, p: 1, low: 0, high: 0 });
  // 0.3 − 0.2 and 0.4 − 0.3 differ in their last bits
  expect(pairedTest([0.3 - 0.2, 0.4 - 0.3, 0.1])).toMatchObject({ p: null, low: null, high: null });
});

test("Holm's correction as statsmodels", () => {
  for (const [index, p] of holm(corrected.p).entries()) expect(p).toBeCloseTo(corrected.adjusted[index]!, 12);
});

test("Holm's correction keeps the order it was given and leaves out what is no test", () => {
  expect(holm([0.04, null, 0.01])).toEqual([0.04, null, 0.02]);
});
