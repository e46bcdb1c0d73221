import { expect, test } from "vitest";
import { bitsPerByte } from "#runtime/metrics/bits-per-byte.ts";
import { perplexity } from "#runtime/metrics/perplexity.ts";

test("a uniform guess among 8 has perplexity 8, whatever the number of tokens", () => {
  expect(perplexity(10 * Math.log(8), 10)).toBeCloseTo(8, 12);
  expect(perplexity(1000 * Math.log(8), 1000)).toBeCloseTo(8, 12);
});

test("a uniform guess among 256 for each byte takes 8 bits a byte", () => {
  expect(bitsPerByte(5 * Math.log(256), 5)).toBeCloseTo(8, 12);
});

test("the same likelihood over half as many tokens changes perplexity, not bits per byte", () => {
  const negativeLogLikelihood = 100;
  expect(perplexity(negativeLogLikelihood, 25)).not.toBeCloseTo(perplexity(negativeLogLikelihood, 50), 3);
  expect(bitsPerByte(negativeLogLikelihood, 200)).toBeCloseTo(100 / Math.LN2 / 200, 12);
});
