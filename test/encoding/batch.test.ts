import { expect, test } from "vitest";
import { assembleBatch, predictionPlaces } from "#runtime/encoding/assemble-batch.ts";
import type { Layout } from "#runtime/objectives/objective.ts";

const layout: Layout = {
  architecture: "decoder",
  context: 4,
  decoderContext: 0,
  predicted: 3,
  visibility: "prefix",
  window: 5,
  stride: 4,
  tokens: 4,
  sentinels: 0,
};
const emptySide = { tokens: [], positions: [], segments: [], predict: [], targets: [] };

test("rows are padded, and predictions of all rows are in one sequence", () => {
  const { arrays, tokensRead, predicted } = assembleBatch(
    [
      { tokens: [7, 8], positions: [0, 1], segments: [1, 1], prefix: [1, 0], predict: [1], targets: [9] },
      { tokens: [5, 6, 7], positions: [0, 0, 1], segments: [1, 2, 2], prefix: [0, 1, 0], predict: [1, 2], targets: [6, 7] },
      { ...emptySide, prefix: [] },
    ],
    layout,
    { pad: 99 },
  );
  expect(arrays).toEqual({
    tokens: Int32Array.of(7, 8, 99, 99, 5, 6, 7, 99, 99, 99, 99, 99),
    positions: Int32Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0),
    segments: Int32Array.of(1, 1, 0, 0, 1, 2, 2, 0, 0, 0, 0, 0),
    prefix: Int32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    predict: Int32Array.of(1, 5, 6, 0, 0, 0, 0, 0, 0),
    targets: Int32Array.of(9, 6, 7, 0, 0, 0, 0, 0, 0),
    weights: Float32Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0),
  });
  expect({ tokensRead, predicted }).toEqual({ tokensRead: 5, predicted: 3 });
});

test("if each position has a place for its target, the target is there; for an encoder-decoder, a position of the decoder", () => {
  const example = {
    tokens: [7, 8, 9],
    positions: [0, 1, 2],
    segments: [1, 1, 1],
    decoder: { tokens: [2, 5], positions: [0, 1], segments: [1, 1] },
    predict: [0, 1],
    targets: [5, 6],
  };
  const shorter = { ...example, predict: [1], targets: [6] };
  const sides = { ...layout, architecture: "encoder-decoder", visibility: "past", decoderContext: 2, predicted: 2 } as const;
  const { arrays, tokensRead } = assembleBatch([shorter, example, emptySide], sides, { pad: 0 });
  expect(arrays.targets).toEqual(Int32Array.of(0, 6, 5, 6, 0, 0));
  expect(arrays.weights).toEqual(Float32Array.of(0, 1, 1, 1, 0, 0));
  expect(predictionPlaces([shorter, example, emptySide], sides)).toEqual([[1], [2, 3], []]);
  expect(arrays.decoder_tokens).toEqual(Int32Array.of(2, 5, 2, 5, 0, 0));
  expect(Object.keys(arrays)).not.toContain("prefix");
  expect(Object.keys(arrays)).not.toContain("predict");
  expect(tokensRead).toBe(10);
});

test("a sequence that does not fit is a bug, never cut", () => {
  const long = { ...emptySide, tokens: [1, 2, 3, 4, 5] };
  expect(() => assembleBatch([long], layout, { pad: 0 })).toThrow("5 positions in a layout of 4");
  expect(() => assembleBatch([{ ...emptySide, predict: [0, 0, 0, 0], targets: [1, 1, 1, 1] }], layout, { pad: 0 })).toThrow("layout of 3");
});
