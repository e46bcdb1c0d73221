import { expect, test } from "vitest";
import { deshuffling, fourDeviations, make, middle, vocabulary } from "./helpers.ts";

const count = 10_000;

test("the input has the text's tokens, the target the text", () => {
  for (const { window, example } of make(deshuffling, "encoder-decoder", middle, count, 16)) {
    expect(example.targets).toEqual([...window, vocabulary.end]);
    expect(example.tokens.slice(0, -1).toSorted()).toEqual(window.toSorted());
    expect(example.tokens.at(-1)).toBe(vocabulary.end);
  }
});

test("over 10,000 sequences a token comes to every place as often as to any other", () => {
  const places = new Array<number>(8).fill(0);
  for (const { example } of make(deshuffling, "encoder-decoder", (length) => Array.from({ length }, (_, i) => 10 + i), count, 9)) {
    const at = example.tokens.indexOf(10);
    places[at] = places[at]! + 1;
  }
  for (const found of places) expect(Math.abs(found - count / 8)).toBeLessThan(fourDeviations(count, 1 / 8));
});
