import { expect, test } from "vitest";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { make, masked, middle, replacedToken, stream, vocabulary } from "./helpers.ts";

test("over 10,000 sequences the generator reads a mask at every predicted token, 15% of them", () => {
  let [chosen, all] = [0, 0];
  for (const { window, example } of make(replacedToken, "encoder", middle, 10_000)) {
    expect(example.predict.map((position) => example.tokens[position])).toEqual(example.predict.map(() => vocabulary.mask));
    expect(example.targets).toEqual(example.predict.map((position) => window[position]));
    chosen += example.predict.length;
    all += window.length;
  }
  expect(chosen / all).toBeCloseTo(0.15, 1);
  expect(chosen).toBe(10_000 * 10);
});

test("the sequence is that of masked language modelling", () => {
  const own = make(replacedToken, "encoder", (length, i) => stream(length, 30, i), 50);
  const other = make({ ...masked, mask: 1, random: 0, keep: 0 }, "encoder", (length, i) => stream(length, 30, i), 50);
  expect(own.map(({ example }) => example)).toEqual(other.map(({ example }) => example));
});

test("a batch says which places the samples take, and what the text had there", () => {
  const made = make(replacedToken, "encoder", (length, i) => stream(length, 30, i), 4, 32);
  const { arrays } = assembleBatch(
    made.map(({ example }) => example),
    made[0]!.layout,
    vocabulary,
  );
  const { tokens, originals, filled, predict, targets, weights, detection_weights, segments } = arrays;
  const samples = Array.from(targets!, (_, i) => 2000 + i);
  const given = [...tokens!, ...samples];
  for (let at = 0; at < tokens!.length; at++) {
    const slot = Array.from(predict!.keys()).find((i) => weights![i]! > 0 && predict![i] === at);
    expect(given[filled![at]!]).toBe(slot === undefined ? tokens![at] : samples[slot]);
    expect(originals![at]).toBe(slot === undefined ? tokens![at] : targets![slot]);
    expect(detection_weights![at]).toBe(segments![at]! > 0 ? 1 : 0);
  }
});
