import { describe, expect, test } from "vitest";
import { random } from "#runtime/random/random.ts";
import { equivalenceP } from "#runtime/scoring/equivalence.ts";
import { gatekeep } from "#runtime/scoring/gatekeeping.ts";
import { estimate, intervalOf } from "#runtime/scoring/statistics.ts";

const found = (families: (number | null)[][]) => gatekeep(families, 0.05).map((family) => family.map((each) => each?.found ?? null));
const levels = (families: (number | null)[][]) => gatekeep(families, 0.05).map((family) => family.map((each) => each?.level));

test("a single family divides the level equally", () => {
  expect(levels([[0.5, 0.5, 0.5, 0.5]])).toEqual([[0.0125, 0.0125, 0.0125, 0.0125]]);
});

test("a family keeps four fifths of what is left, and the last one all of it", () => {
  const [first, second, third] = levels([[0.5], [0.5, 0.5], [0.5]]);
  expect(first![0]).toBeCloseTo(0.04, 12);
  expect(second![0]).toBeCloseTo(0.008 / 2, 12);
  expect(third![0]).toBeCloseTo(0.002, 12);
});

test("a test that finds a difference passes its level on; one that does not keeps it", () => {
  expect(levels([[0.01, 0.5], [0.5]])[1]![0]).toBeCloseTo(0.01 + 0.02, 12);
  expect(found([[0.01, 0.5], [0.025]])).toEqual([[true, false], [true]]);
  expect(found([[0.5, 0.5], [0.025]])).toEqual([[false, false], [false]]);
});

test("an empty family, and one whose tests are all impossible, take nothing", () => {
  expect(levels([[], [null], [0.5, null]])).toEqual([[], [undefined], [0.05, undefined]]);
});

test("the adjusted p is the overall level from which the difference is found", () => {
  const families = [[0.004, 0.03], [0.008, 0.2], [0.01]];
  gatekeep(families, 0.05).forEach((family, index) => {
    family.forEach((each, at) => {
      const at_ = (level: number) => gatekeep(families, level)[index]![at]!.found;
      expect(at_(each!.adjusted * 1.0001)).toBe(true);
      expect(at_(each!.adjusted * 0.9999)).toBe(false);
      expect(each!.found).toBe(each!.adjusted <= 0.05);
    });
  });
});

test("false differences over all families stay below the level, whichever hypotheses are true", () => {
  const from = random("gatekeeping");
  for (const differ of [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 0],
  ]) {
    let wrong = 0;
    const rounds = 1000;
    for (let round = 0; round < rounds; round++) {
      // a family that differs is found with certainty; of the others, p is uniform
      const families = differ.map((isDifferent) => Array.from({ length: 3 }, () => (isDifferent ? 1e-9 : from.uniform())));
      if (gatekeep(families, 0.05).some((family, index) => !differ[index] && family.some((each) => each!.found))) wrong++;
    }
    // three standard errors above 5%
    expect(wrong / rounds).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds));
  }
});

describe("two one-sided tests", () => {
  const difference = estimate({ values: [0.004, -0.002, 0.003, 0.001] });

  test("find equivalence exactly where the interval at twice the level is within the margin", () => {
    for (const margin of [0.001, 0.003, 0.005, 0.01]) {
      const p = equivalenceP(difference, margin);
      for (const level of [p * 0.99, p * 1.01]) {
        if (level >= 0.5) continue;
        const { low, high } = intervalOf(difference, 2 * level)!;
        expect(-margin < low && high < margin).toBe(level > p);
      }
    }
  });

  test("never find it where the mean is outside", () => {
    expect(equivalenceP(difference, 0.001)).toBeGreaterThan(0.5);
  });
});
