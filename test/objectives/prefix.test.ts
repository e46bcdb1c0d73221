import { describe, expect, test } from "vitest";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { fourDeviations, make, middle, prefix, stream, sum, vocabulary } from "./helpers.ts";

describe("in a decoder", () => {
  test("the last prefix token predicts the first token after the prefix", () => {
    const layout = layoutOf(prefix, { architecture: "decoder", context: 8 });
    const window = [10, 11, 12, 13, 14, 15, 16, 17, 18];
    const example = exampleOf(prefix, window, layout, vocabulary, random(3));
    const length = sum(example.prefix as number[]);
    expect(example.prefix).toEqual([...Array(length).fill(1), ...Array(8 - length).fill(0)]);
    expect(example.predict[0]).toBe(length - 1);
    expect(example.targets).toEqual(window.slice(length));
  });

  test("the prefix length is uniform in 1 … n − 1", () => {
    const made = make(prefix, "decoder", middle, 4000, 9);
    const counts = new Map<number, number>();
    for (const { example } of made) {
      const length = sum(example.prefix as number[]);
      counts.set(length, (counts.get(length) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const count of counts.values()) expect(Math.abs(count - 4000 / 9)).toBeLessThan(fourDeviations(4000, 1 / 9));
  });

  test("each segment has a prefix of its own, and nothing in it is a target", () => {
    for (const { example, window } of make(prefix, "decoder", (length, i) => stream(length, 12, i), 300)) {
      example.predict.forEach((position, i) => {
        expect(example.targets[i]).toBe(window[position + 1]);
        if (position + 1 < example.tokens.length) {
          expect(example.prefix?.[position + 1]).toBe(0);
          expect(example.segments[position + 1]).toBe(example.segments[position]);
        }
      });
    }
  });
});

test("in an encoder-decoder prefix and rest are the document", () => {
  let segments = 0;
  for (const { example, window } of make(prefix, "encoder-decoder", (length, i) => stream(length, 20, i), 300)) {
    for (const segment of new Set(example.segments)) {
      const read = example.tokens.filter((_, i) => example.segments[i] === segment);
      const places = (example.decoder?.segments ?? []).flatMap((other, i) => (other === segment ? [i] : []));
      const written = example.targets.filter((_, i) => places.includes(example.predict[i] as number));
      const start = example.segments.slice(0, example.segments.indexOf(segment));
      expect(read.length).toBeGreaterThan(0);
      expect(written.length).toBeGreaterThan(0);
      expect(window.join(" ")).toContain([...read, ...written].join(" "));
      expect(places.map((i) => example.decoder?.tokens[i])).toEqual([vocabulary.begin, ...written.slice(0, -1)]);
      expect(start).not.toContain(segment);
      segments++;
    }
  }
  expect(segments).toBeGreaterThan(500);
});

test.each([0.1, 0.25, 0.75])("with a rate of %f that share is predicted on average, in parts of all lengths", (rate) => {
  const shares = make({ ...prefix, rate }, "encoder-decoder", middle, 10_000).map(
    ({ example, window }) => example.targets.length / window.length,
  );
  expect(sum(shares) / shares.length).toBeCloseTo(rate, 2);
  const spread = Math.min(rate, 1 - rate);
  expect(Math.min(...shares)).toBeCloseTo(rate - spread, 1);
  expect(Math.max(...shares)).toBeCloseTo(rate + spread, 1);
});
