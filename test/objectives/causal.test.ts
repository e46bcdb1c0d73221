import { expect, test } from "vitest";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { causal, make, middle, stream, vocabulary } from "./helpers.ts";

test("a position predicts the next token, inside its document", () => {
  const layout = layoutOf(causal, { architecture: "decoder", context: 8 });
  const { begin, end } = vocabulary;
  const example = exampleOf(causal, [10, 11, end, begin, 12, 13, end, begin, 14], layout, vocabulary, random(1));
  expect(example).toEqual({
    tokens: [10, 11, end, begin, 12, 13, end, begin],
    positions: [0, 1, 2, 0, 1, 2, 3, 0],
    segments: [1, 1, 1, 2, 2, 2, 2, 3],
    predict: [0, 1, 3, 4, 5, 7],
    targets: [11, end, 12, 13, end, 14],
  });
});

test("inside one document every position predicts", () => {
  for (const { window, example, layout } of make(causal, "decoder", middle, 50)) {
    expect(example.predict).toHaveLength(layout.predicted);
    expect(example.targets).toEqual(window.slice(1));
  }
});

test("no target begins a document", () => {
  const targets = make(causal, "decoder", (length, i) => stream(length, 10, i), 500).flatMap(({ example }) => example.targets);
  expect(targets.length).toBeGreaterThan(10_000);
  expect(targets).not.toContain(vocabulary.begin);
});
