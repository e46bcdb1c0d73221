import { expect, test } from "vitest";
import { detectable, moreSeeds } from "#runtime/scoring/power.ts";
import { estimate } from "#runtime/scoring/statistics.ts";

test("if examples are the only noise, the detectable difference is the textbook's: z of the level plus z of the power", () => {
  // 1.95996 + 0.84162
  expect(detectable({ n: 5, freedom: 4, ofSeeds: 0, ofExamples: 1 }, 0.05)).toBeCloseTo(2.8016, 3);
});

test("few seeds and a stricter level ask for more", () => {
  const many = detectable({ n: 30, freedom: 29, ofSeeds: 1, ofExamples: 0 }, 0.05);
  expect(detectable({ n: 5, freedom: 4, ofSeeds: 1, ofExamples: 0 }, 0.05)).toBeGreaterThan(many * 1.2);
  expect(detectable({ n: 30, freedom: 29, ofSeeds: 1, ofExamples: 0 }, 0.005)).toBeGreaterThan(many * 1.2);
});

test("it grows with the standard error", () => {
  const one = detectable({ n: 5, freedom: 4, ofSeeds: 1, ofExamples: 0 }, 0.05);
  expect(detectable({ n: 5, freedom: 4, ofSeeds: 4, ofExamples: 0 }, 0.05)).toBeCloseTo(2 * one, 9);
});

test("more seeds: for a clear difference few, for a small one many, for none no number", () => {
  const seen = (shift: number) => moreSeeds(estimate({ values: [-1, 0, 1, 0.5, -0.5].map((value) => value + shift) }), 0.05);
  const [few, many] = [seen(1.2), seen(0.4)];
  expect(few).toBeGreaterThan(0);
  expect(many).toBeGreaterThan(few!);
  expect(seen(0.001)).toBeNull();
});

test("if the test examples are the noise, no number of seeds helps", () => {
  const examples = { ofEach: 0.01, ofMean: 0.01 };
  expect(moreSeeds(estimate({ values: [0.1, 0.11, 0.09], examples }), 0.05)).toBeNull();
  expect(moreSeeds(estimate({ values: [0.1, 0.3, 0.05] }), 0.05)).not.toBeNull();
});
