import { expect, test } from "vitest";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { fourDeviations, make, masked, middle, stream, vocabulary } from "./helpers.ts";

const isOrdinary = (token: number) => token >= vocabulary.firstOrdinary && token < vocabulary.firstSentinel;

test.each([0.15, 0.4])("exactly the rate %f of the ordinary tokens is predicted, rounded", (rate) => {
  let predicted = 0;
  for (const { window, example } of make({ ...masked, rate }, "encoder", (length, i) => stream(length, 30, i), 2000)) {
    const maskable = window.filter(isOrdinary).length;
    expect(example.predict).toHaveLength(Math.max(1, Math.round(rate * maskable)));
    predicted += example.predict.length;
  }
  expect(predicted).toBeGreaterThan(2000);
});

test("80% become the mask, 10% a random token, 10% stay", () => {
  let n = 0;
  let toMask = 0;
  let kept = 0;
  let toOther = 0;
  for (const { window, example } of make(masked, "encoder", middle, 5000)) {
    example.predict.forEach((position, i) => {
      const token = example.tokens[position] as number;
      expect(example.targets[i]).toBe(window[position]);
      n++;
      if (token === vocabulary.mask) toMask++;
      else if (token === window[position]) kept++;
      else {
        expect(isOrdinary(token)).toBe(true);
        toOther++;
      }
    });
  }
  expect(n).toBe(5000 * 10);
  expect(Math.abs(toMask - 0.8 * n)).toBeLessThan(fourDeviations(n, 0.8));
  // one random token in 1,000 is the same again
  expect(Math.abs(toOther - 0.0999 * n)).toBeLessThan(fourDeviations(n, 0.0999));
  expect(Math.abs(kept - 0.1001 * n)).toBeLessThan(fourDeviations(n, 0.1001));
});

test("every position is as likely as any other, and the rest of the text stays as it is", () => {
  const chosen = new Array<number>(64).fill(0);
  for (const { window, example } of make(masked, "encoder", middle, 6400)) {
    for (const position of example.predict) chosen[position] = (chosen[position] as number) + 1;
    const rest = example.tokens.flatMap((token, i) => (example.predict.includes(i) || token === window[i] ? [] : [i]));
    expect(rest).toEqual([]);
  }
  for (const count of chosen) expect(Math.abs(count - 1000)).toBeLessThan(fourDeviations(6400, 10 / 64));
});

test("special tokens are never chosen", () => {
  const { begin, end, unknown } = vocabulary;
  const layout = layoutOf(masked, { architecture: "encoder", context: 8 });
  for (let seed = 0; seed < 100; seed++) {
    const example = exampleOf(masked, [end, begin, unknown, end, begin, 10, end, begin], layout, vocabulary, random(seed));
    expect(example.predict).toEqual([5]);
    expect(example.targets).toEqual([10]);
  }
  expect(exampleOf(masked, [begin, end, begin, end], layout, vocabulary, random(1)).predict).toEqual([]);
});

test("whole words: all of a word or nothing, and the rate is never passed", () => {
  let [predicted, requested] = [0, 0];
  for (const { window, example } of make({ ...masked, wholeWords: true }, "encoder", middle, 10_000)) {
    const chosen = new Set(example.predict);
    const starts = vocabulary.wordStarts(window);
    for (let at = 1; at < window.length; at++) {
      if (!starts[at]) expect(chosen.has(at)).toBe(chosen.has(at - 1));
    }
    const count = Math.round(0.15 * window.length);
    expect(chosen.size).toBeLessThanOrEqual(count);
    predicted += chosen.size;
    requested += count;
  }
  expect(predicted / requested).toBeGreaterThan(0.95);
});

test("in an encoder-decoder the decoder writes the text of which the encoder reads 15% less", () => {
  let [masks, all] = [0, 0];
  for (const { window, example } of make({ ...masked, mask: 1, random: 0, keep: 0 }, "encoder-decoder", middle, 10_000, 41)) {
    expect(example.targets).toEqual([...window, vocabulary.end]);
    const input = example.tokens.slice(0, -1);
    expect(input.every((token, i) => token === vocabulary.mask || token === window[i])).toBe(true);
    masks += input.filter((token) => token === vocabulary.mask).length;
    all += window.length;
  }
  expect(masks / all).toBeCloseTo(0.15, 2);
});
