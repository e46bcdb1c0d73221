import { describe, expect, test } from "vitest";
import { packedWritingLayout } from "#runtime/programs/task-parts.ts";
import type { TextPart } from "#runtime/programs/text-part.ts";
import { usualFrame } from "#runtime/tokenizers/frame.ts";
import { packedExamples, packedPairs } from "#runtime/train/packed-pairs.ts";
import { packedRows } from "#runtime/train/packed-rows.ts";
import { vocabulary } from "../programs/small.ts";

const { begin, end } = vocabulary;

describe("rows of several items", () => {
  const rowAt = () =>
    packedRows({
      items: [3, 1, 4, 1, 5, 9, 2, 6],
      fits: (row, next) => row.reduce((sum, item) => sum + item, next) <= 10,
      path: [7, "test"],
    });

  test("each epoch has every item once, in another order", () => {
    const at = rowAt();
    const rows = Array.from({ length: 40 }, (_, index) => at(index));
    const items = rows.flat();
    const epochs = Array.from({ length: 8 }, (_, epoch) => items.slice(epoch * 8, (epoch + 1) * 8));
    for (const epoch of epochs) expect(epoch.toSorted()).toEqual([1, 1, 2, 3, 4, 5, 6, 9]);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
    for (const row of rows) expect(row.reduce((sum, item) => sum + item, 0)).toBeLessThanOrEqual(10);
  });

  test("a row is a function of its index, in whatever order rows are asked for", () => {
    const [forward, jumping] = [rowAt(), rowAt()];
    const rows = Array.from({ length: 30 }, (_, index) => forward(index));
    for (const index of [29, 3, 17, 0, 29]) expect(jumping(index)).toEqual(rows[index]);
  });
});

describe.each(["encoder-decoder", "decoder"] as const)("pairs of texts in an %s", (architecture) => {
  const layout = packedWritingLayout({ architecture, context: 24 });
  const part: TextPart = { kind: "text", name: "0", layout };
  const pairs = Array.from({ length: 9 }, (_, i) => ({
    source: Array.from({ length: 1 + (i % 4) }, (_, at) => 5 + i + at),
    target: Array.from({ length: 1 + (i % 3) }, (_, at) => 20 + i + at),
  }));

  test("every target token is predicted after its own source, in a segment of its own", () => {
    const source = packedPairs({ pairs, part, vocabulary, frame: usualFrame(vocabulary), seed: 1, batch: 4, accumulate: 2 });
    const seen = new Set<string>();
    for (let step = 0; step < 6; step++) {
      for (const { targets, weights, ...arrays } of source.at(step).batches) {
        const side = architecture === "decoder" ? "" : "decoder_";
        const [tokens, segments] = [arrays[`${side}tokens`]!, arrays[`${side}segments`]!];
        for (const [position, target] of targets!.entries()) {
          if (weights![position] === 0 || target === end) continue;
          // the token at the next position is the target, in the same segment
          expect([tokens[position + 1], segments[position + 1]]).toEqual([target, segments[position]]);
          seen.add(String(target));
        }
      }
    }
    expect(seen.size).toBe(new Set(pairs.flatMap(({ target }) => target)).size);
  });

  test("a step is the same whenever it is asked for", () => {
    const make = () => packedPairs({ pairs, part, vocabulary, frame: usualFrame(vocabulary), seed: 1, batch: 4, accumulate: 2 });
    const [forward, jumping] = [make(), make()];
    const steps = [0, 1, 2, 3].map((step) => forward.at(step));
    expect(jumping.at(3)).toEqual(steps[3]);
    expect(jumping.at(1)).toEqual(steps[1]);
  });
});

test("joined examples keep their positions", () => {
  const one = { tokens: [begin, 5, end, 9], positions: [0, 1, 2, 3], segments: [1, 1, 1, 1], predict: [2, 3], targets: [9, end] };
  expect(packedExamples([one, one])).toEqual({
    tokens: [...one.tokens, ...one.tokens],
    positions: [0, 1, 2, 3, 0, 1, 2, 3],
    segments: [1, 1, 1, 1, 2, 2, 2, 2],
    predict: [2, 3, 6, 7],
    targets: [9, end, 9, end],
  });
});
