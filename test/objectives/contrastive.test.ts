import { expect, test } from "vitest";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { contrastive, make, middle, stream, vocabulary } from "./helpers.ts";

test("views by dropout are the same texts twice, each document's part of the window one", () => {
  let texts = 0;
  for (const { window, example } of make(contrastive, "encoder", (length, i) => stream(length, 30, i), 10_000)) {
    expect(example.view).toEqual({ tokens: example.tokens, positions: example.positions, segments: example.segments });
    for (let text = 1; text <= Math.max(0, ...example.segments); text++) {
      const tokens = example.tokens.filter((_, i) => example.segments[i] === text);
      expect([tokens[0], tokens.at(-1)]).toEqual([vocabulary.begin, vocabulary.end]);
      expect(window.join(" ")).toContain(tokens.slice(1, -1).join(" "));
      texts++;
    }
  }
  expect(texts).toBeGreaterThan(10_000);
});

test("neighbours are the halves of a text, cut after the sentence that ends nearest to its middle", () => {
  for (const { window, example } of make({ ...contrastive, views: "neighbours" }, "encoder", middle, 2000, 32)) {
    const [first, second] = [example.tokens.slice(1, -1), example.view!.tokens.slice(1, -1)];
    // nothing between or after them is cut off: the rest of the window is the next sequence's
    const read = [...first, ...second];
    expect(read).toEqual(window.slice(0, read.length));
    expect(read.length).toBeGreaterThanOrEqual(0.75 * window.length);
    expect(Math.max(first.length, second.length)).toBeLessThanOrEqual(30);
    const ends = read.flatMap((token, i) => (vocabulary.endsSentence(token) && i + 1 < read.length ? [i + 1] : []));
    const stops = ends.filter((end) => !vocabulary.endsSentence(read[end]!));
    const middleOf = Math.floor(read.length / 2);
    const nearest = stops.reduce((best, end) => (Math.abs(end - middleOf) < Math.abs(best - middleOf) ? end : best), stops[0] ?? middleOf);
    // in the middle of a sentence only where no part of three quarters or more has the end of one so that both halves fit
    if (first.length !== read.length / 2) expect(first.length).toBe(nearest);
  }
});

test("a batch pools the hidden states of each text, in both views, and marks the empty places", () => {
  const texts = { tokens: [2, 9, 3, 2, 8, 7, 3], positions: [0, 1, 2, 0, 1, 2, 3], segments: [1, 1, 1, 2, 2, 2, 2] };
  const example = { ...texts, view: texts, predict: [], targets: [] };
  const nothing = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
  const { layout } = make(contrastive, "encoder", middle, 1, 64)[0]!;
  for (const pool of ["mean", "first", "last"] as const) {
    const auxiliary = { kind: "contrast", slots: 4, pool, temperature: 1 } as const;
    const { arrays, predicted, tokensRead } = assembleBatch([example, nothing], { ...layout, context: 8, auxiliary }, vocabulary);
    const row = (view: number, sequence: number, slot: number) => {
      const start = ((view * 2 + sequence) * 4 + slot) * 8;
      return Array.from(arrays.pool!.slice(start, start + 8));
    };
    const [third, fourth] = [Math.fround(1 / 3), 0.25];
    const expected = {
      mean: [third, third, third, 0, 0, 0, 0, 0],
      first: [1, 0, 0, 0, 0, 0, 0, 0],
      last: [0, 0, 1, 0, 0, 0, 0, 0],
    }[pool];
    expect(row(0, 0, 0)).toEqual(expected);
    expect(row(1, 0, 0)).toEqual(expected);
    if (pool === "mean") expect(row(1, 0, 1)).toEqual([0, 0, 0, fourth, fourth, fourth, fourth, 0]);
    expect(row(0, 0, 2).concat(row(0, 1, 0))).toEqual(new Array(16).fill(0));
    expect(Array.from(arrays.present!)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(arrays.contrast_weights).toEqual(arrays.present);
    expect([predicted, tokensRead]).toEqual([2, 14]);
  }
});
