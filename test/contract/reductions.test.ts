import { describe, expect, test } from "vitest";
import { largest, normOf, smallest } from "#runtime/contract/reductions.ts";

describe("the largest and smallest of any number of numbers", () => {
  test("of more than a call takes as arguments", () => {
    const numbers = Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 300_007);
    expect(() => Math.max(...numbers)).toThrow(RangeError);
    expect([smallest(numbers), largest(numbers)]).toEqual([0, 300_006]);
    expect(normOf(Array.from({ length: 250_000 }, () => 2))).toBe(1000);
  });

  test("of no values, and with values that are not numbers", () => {
    expect([largest([]), largest([], 0), smallest([], 3)]).toEqual([Number.NEGATIVE_INFINITY, 0, 3]);
    expect(largest([1, Number.NaN, 2])).toBe(Number.NaN);
    expect(smallest([Number.NaN, 2])).toBe(Number.NaN);
  });
});
