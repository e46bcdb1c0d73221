import { describe, expect, test } from "vitest";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { framed, usualFrame } from "#runtime/tokenizers/frame.ts";
import { dropoutMasks } from "#runtime/train/drawn-masks.ts";
import { type LabelledText, packedBatches, pooledBatch } from "#runtime/train/pooled-batches.ts";

const frame = usualFrame({ begin: 2, end: 3 });
const part: HeadPart = { kind: "head", name: "0", head: "0", form: "classes", outputs: 3, length: 8, slots: 2, rows: 1, pooler: false };
const text = (answer: number, ...tokens: number[]): LabelledText => ({ ...framed([tokens], frame, 8), answer });

test("a text is framed, and cut to the room with its end token kept", () => {
  expect(framed([[7, 8, 9]], frame, 8).ids).toEqual([2, 7, 8, 9, 3]);
  expect(framed([[7, 8, 9]], frame, 4).ids).toEqual([2, 7, 8, 3]);
  expect(framed([[]], frame, 8).ids).toEqual([2, 3]);
});

test("a pair has an end token after each text, and its longer one is cut first", () => {
  expect(framed([[7], [8, 9]], frame, 8).ids).toEqual([2, 7, 3, 8, 9, 3]);
  expect(framed([[7], [8, 9, 10, 11]], frame, 6).ids).toEqual([2, 7, 3, 8, 9, 3]);
  expect(
    framed(
      [
        [7, 7, 7],
        [8, 9, 10],
      ],
      frame,
      7,
    ).ids,
  ).toEqual([2, 7, 7, 3, 8, 9, 3]);
});

describe("rows of labelled texts", () => {
  const { arrays, tokensRead, predicted } = pooledBatch(part, [[text(1, 7), text(2, 8, 9)], [text(0)]], 3, 0, "mean");

  test("are packed as segments, positions restart in each, padding follows", () => {
    expect(Array.from(arrays.tokens!)).toEqual([2, 7, 3, 2, 8, 9, 3, 0, 2, 3, 0, 0, 0, 0, 0, 0, ...new Array(8).fill(0)]);
    expect(Array.from(arrays.positions!).slice(0, 8)).toEqual([0, 1, 2, 0, 1, 2, 3, 0]);
    expect(Array.from(arrays.segments!).slice(0, 8)).toEqual([1, 1, 1, 2, 2, 2, 2, 0]);
    expect([tokensRead, predicted]).toEqual([9, 3]);
  });

  test("have a label and a weight in each slot that is used", () => {
    expect(Array.from(arrays.labels!)).toEqual([1, 2, 0, 0, 0, 0]);
    expect(Array.from(arrays.weights!)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test("have a number where the head answers with one", () => {
    const { arrays } = pooledBatch({ ...part, form: "value", outputs: 1 }, [[text(0.5, 7)]], 1, 0, "mean");
    expect(arrays).not.toHaveProperty("labels");
    expect(arrays.values).toEqual(Float32Array.of(0.5, 0));
  });

  test.each([
    ["mean", [1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0, 0], [0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0]],
    ["first", [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0]],
    ["last", [0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 0]],
  ] as const)("are pooled by %s", (pool, first, second) => {
    const pooled = pooledBatch(part, [[text(1, 7), text(2, 8, 9)]], 1, 0, pool).arrays.pool!;
    expect(Array.from(pooled.subarray(0, 8))).toEqual(first.map(Math.fround));
    expect(Array.from(pooled.subarray(8, 16))).toEqual(second.map(Math.fround));
  });
});

describe("the packed batches of a supervised objective", () => {
  const texts = Array.from({ length: 37 }, (_, i) => text(i % 3, ...Array.from({ length: i % 4 }, () => 10 + i)));
  const source = () => packedBatches({ texts, part, pad: 0, pooling: "mean", seed: 5, batch: 4, accumulate: 2 });

  test("are the same whether asked for in order or not", () => {
    const inOrder = source();
    const requested = Array.from({ length: 12 }, (_, index) => inOrder.at(index));
    const jumping = source();
    for (const index of [11, 0, 7, 3]) expect(jumping.at(index)).toEqual(requested[index]);
  });

  test("weigh each text of a step alike, over all micro-batches", () => {
    for (const index of [0, 5, 9]) {
      const { batches, predicted } = source().at(index);
      const weights = batches.flatMap(({ weights }) => Array.from(weights!)).filter((weight) => weight > 0);
      expect(weights.length).toBe(predicted);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      expect(new Set(weights).size).toBe(1);
    }
  });

  test("read every text once an epoch", () => {
    const from = source();
    const seen = new Map<number, number>();
    let [texts37, step] = [0, 0];
    while (texts37 < 37) {
      for (const { tokens, segments } of from.at(step).batches) {
        for (const [i, token] of tokens!.entries()) if (segments![i]! > 0 && token === 2) texts37++;
        for (const token of tokens!) if (token >= 10) seen.set(token, (seen.get(token) ?? 0) + 1);
      }
      step++;
    }
    expect(seen.size).toBe(37 - Math.ceil(37 / 4));
  });
});

describe("dropout masks", () => {
  const specs = [
    { name: "dropout.a", shape: [100, 100], dtype: "bool" as const },
    { name: "dropout.b", shape: [101], dtype: "bool" as const },
  ];
  test("keep the rate", () => {
    const kept = Array.from(dropoutMasks(specs, 0.1, [1, 2, 0])["dropout.a"]!).filter((bit) => bit === 1).length;
    // 10,000 draws: four standard deviations are 120
    expect(Math.abs(kept - 9000)).toBeLessThan(120);
  });
  test("are a function of seed, step, micro-batch and place", () => {
    const of = (...path: [number, number, number]) => dropoutMasks(specs, 0.5, path);
    expect(of(1, 2, 0)).toEqual(of(1, 2, 0));
    const all = [of(1, 2, 0), of(2, 2, 0), of(1, 3, 0), of(1, 2, 1)].map((masks) => masks["dropout.a"]!.join(""));
    expect(new Set(all).size).toBe(4);
    expect(of(1, 2, 0)["dropout.b"]).toHaveLength(101);
  });
});
