import { describe, expect, test } from "vitest";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import { carried, inOneSentence, make, middle, spanCorruption, stream, vocabulary } from "./helpers.ts";

describe.each(carried)("%o in %s", (objective, architecture) => {
  const contexts = [8, 13, 64];

  test.each(contexts)("fits its layout whatever the documents, context %i", (context) => {
    for (const longest of [0, 1, 3, 12, 40, 500]) {
      for (const { example, layout } of make(objective, architecture, (length, i) => stream(length, longest, i), 100, context)) {
        expect(example.tokens.length).toBeLessThanOrEqual(layout.context);
        expect(example.decoder?.tokens.length ?? 0).toBeLessThanOrEqual(layout.decoderContext);
        expect(layout.decoderContext).toBeLessThanOrEqual(context);
        expect(example.predict.length).toBeLessThanOrEqual(layout.predicted);
        expect(example.targets).toHaveLength(example.predict.length);
        expect(example.segments).toHaveLength(example.tokens.length);
        expect(example.positions).toHaveLength(example.tokens.length);
        if (layout.visibility === "prefix") expect(example.prefix).toHaveLength(example.tokens.length);
        if (example.types) expect(example.types).toHaveLength(example.tokens.length);
        if (layout.auxiliary?.kind === "sentence_pairs") expect(example.pairs!.length).toBeLessThanOrEqual(layout.auxiliary.slots);
        if (layout.auxiliary?.kind === "contrast") {
          expect(example.view!.tokens.length).toBeLessThanOrEqual(layout.context);
          expect(Math.max(0, ...example.segments)).toBeLessThanOrEqual(layout.auxiliary.slots);
        }
      }
    }
  });

  test("takes windows that are shorter than the layout's, down to nothing", () => {
    const layout = layoutOf(objective, { architecture, context: 32 });
    for (let length = 0; length < layout.window; length++) {
      const example = exampleOf(objective, stream(length, 9, length), layout, vocabulary, random(1, length), stream(length, 9, 1));
      expect(example.predict.length).toBeLessThanOrEqual(layout.predicted);
      for (const target of example.targets) expect(target).toBeGreaterThan(0);
    }
  });

  test("reads as many positions of one document as the layout says", () => {
    const made = make(objective, architecture, objective.kind === "contrastive" ? inOneSentence : middle, 200);
    for (const { example, layout } of made) {
      const { decoder, view } = example;
      expect(example.tokens.length + (decoder?.tokens.length ?? 0) + (view?.tokens.length ?? 0)).toBe(layout.tokens);
    }
  });

  test("restarts positions in every segment and keeps segments in one piece", () => {
    for (const { example } of make(objective, architecture, (length, i) => stream(length, 12, i), 100)) {
      for (const side of [example, example.decoder, example.view].filter((each) => each !== undefined)) {
        side.positions.forEach((position, i) => {
          const begins = i === 0 || side.segments[i] !== side.segments[i - 1];
          expect(position).toBe(begins ? 0 : (side.positions[i - 1] as number) + 1);
          expect(side.segments[i]).toBeGreaterThanOrEqual(i === 0 ? 1 : (side.segments[i - 1] as number));
        });
      }
    }
  });

  test("gives the same sequence for the same generator", () => {
    const [first, second] = [1, 2].map(() => make(objective, architecture, (length, i) => stream(length, 30, i), 20));
    expect(first).toEqual(second);
  });
});

test("span corruption's sizes are those of T5's random_spans_helper", () => {
  // t5.data.preprocessors.random_spans_helper(512, 0.15, 3.0, 1, 1) gives 568 tokens, 114 targets
  expect(layoutOf(spanCorruption, { architecture: "encoder-decoder", context: 512 })).toMatchObject({
    window: 568,
    decoderContext: 114,
    predicted: 114,
    sentinels: 28,
    tokens: 512 + 114,
  });
});
