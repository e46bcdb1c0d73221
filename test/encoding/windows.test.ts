import { describe, expect, test } from "vitest";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { evaluationWindows, windowCount, windowOf } from "#runtime/encoding/windows.ts";
import { layoutOf } from "#runtime/objectives/objective-table.ts";

const stream = (length: number): TokenStream => ({
  length,
  read: (start, count) => {
    if (start < 0 || start + count > length) throw new RangeError("outside");
    return Int32Array.from({ length: count }, (_, i) => start + i);
  },
  close: () => {},
});

const shapes = [
  ["windows that lie side by side", { window: 8, stride: 8 }],
  ["windows that share a token", layoutOf({ kind: "causal" }, { architecture: "decoder", context: 8 })],
] as const;

describe.each(shapes)("%s", (_name, layout) => {
  test.each([1, 5, 8, 9, 16, 100, 1001])("each epoch reads each of %i tokens once", (length) => {
    const windows = windowCount(length, layout);
    for (let epoch = 0; epoch < 5; epoch++) {
      const read = Array.from({ length: windows }, (_, i) =>
        windowOf(stream(length), layout, { seed: 1, part: 0, index: epoch * windows + i }),
      );
      // what windows share is the next one's
      const shared = windows > 1 ? layout.window - layout.stride : 0;
      const own = read.flatMap((window) => Array.from(window.subarray(0, window.length - shared)));
      expect(own.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    }
  });

  test("tokens come in the order of the ring", () => {
    for (let index = 0; index < 100; index++) {
      const window = windowOf(stream(50), layout, { seed: 2, part: 0, index });
      expect(Array.from(window)).toEqual(Array.from(window, (_, i) => ((window[0] as number) + i) % 50));
    }
  });

  test.each([1, 5, 8, 9, 16, 17, 100])("evaluation reads all of %i tokens, the tail included", (length) => {
    const windows = evaluationWindows(stream(length), layout);
    const seen = new Set(Array.from({ length: windows.count }, (_, i) => Array.from(windows.at(i))).flat());
    expect([...seen]).toEqual(Array.from({ length }, (_, i) => i));
  });
});

test("every next token inside the stream is a causal target once", () => {
  const windows = evaluationWindows(stream(100), layoutOf({ kind: "causal" }, { architecture: "decoder", context: 8 }));
  const targets = Array.from({ length: windows.count }, (_, i) => Array.from(windows.at(i).subarray(1))).flat();
  expect(targets).toEqual(Array.from({ length: 99 }, (_, i) => i + 1));
});

test("a limit takes windows from everywhere", () => {
  const windows = evaluationWindows(stream(1000), { window: 10, stride: 10 }, 50);
  expect(Array.from({ length: windows.count }, (_, i) => windows.at(i)[0])).toEqual([0, 200, 400, 600, 800]);
});

test("seeds, parts and epochs each have an order of their own", () => {
  const order = (seed: number, part: number, epoch: number) =>
    Array.from({ length: 20 }, (_, i) => windowOf(stream(160), { window: 8, stride: 8 }, { seed, part, index: epoch * 20 + i })[0]).join(
      " ",
    );
  const orders = [order(1, 0, 0), order(2, 0, 0), order(1, 1, 0), order(1, 0, 1)];
  expect(new Set(orders).size).toBe(4);
  expect(order(1, 0, 0)).toBe(orders[0]);
});

test("an empty stream has nothing to evaluate", () => {
  expect(evaluationWindows(stream(0), { window: 8, stride: 8 }).count).toBe(0);
});
