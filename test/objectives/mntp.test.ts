import { expect, test } from "vitest";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import type { TextLikelihood } from "#runtime/objectives/objective.ts";
import { layoutOf, likelihoodOf, measuredOf } from "#runtime/objectives/objective-table.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { settingsOf, vocabulary as small, smallModel, startingValues, textPart } from "../programs/small.ts";
import { make, middle, stream, vocabulary } from "./helpers.ts";

const mntp = { kind: "mntp", rate: 0.15 } as const;

test.each(["decoder", "encoder"] as const)(
  "in a %s a hidden token is predicted at the position before it, in its own segment",
  (architecture) => {
    let masks = 0;
    for (const { window, example, layout } of make(mntp, architecture, (length, i) => stream(length, 30, i), 500)) {
      example.predict.forEach((position, i) => {
        expect(window[position + 1]).toBe(example.targets[i]);
        expect(example.segments[position]).toBe(example.segments[position + 1]);
        if (example.tokens[position + 1] === vocabulary.mask) masks++;
      });
      expect(example.predict.length).toBeLessThanOrEqual(layout.predicted);
    }
    expect(masks).toBeGreaterThan(1000);
  },
);

test("a decoder's batch is read in both directions", () => {
  const [made] = make(mntp, "decoder", middle, 1);
  expect(made?.layout.visibility).toBe("all");
  expect(made?.example.prefix).toBeUndefined();
});

test("a segment's first token, which no position comes before, is never predicted", () => {
  for (const { example } of make({ ...mntp, rate: 0.9 }, "decoder", middle, 50)) {
    expect(Math.min(...example.predict)).toBeGreaterThanOrEqual(0);
    expect(example.targets).toHaveLength(example.predict.length);
  }
});

test("a pseudo-likelihood predicts the token that is hidden from the position before it", () => {
  const likelihood = likelihoodOf(mntp, "decoder");
  const hidden = likelihood?.kind === "pseudo" && likelihood.hideOne([vocabulary.begin, 10, 11, 12], 2, vocabulary);
  expect(hidden).toMatchObject({ tokens: [vocabulary.begin, 10, vocabulary.mask, 12], predict: [1], targets: [11] });
});

test("a preview measures 80% masks, 10% other tokens and 10% that stay", () => {
  const examples = make(mntp, "decoder", middle, 2000).map(({ example }) => example);
  const measured = measuredOf(mntp, layoutOf(mntp, { architecture: "decoder", context: 64 }), examples, vocabulary);
  expect(measured.masked).toBeCloseTo(0.8, 1);
  expect(measured.kept).toBeCloseTo(0.1, 1);
});

test("in a decoder a later token changes what is predicted of an earlier one", async () => {
  const model = smallModel();
  const part = textPart(model, mntp);
  const settings = settingsOf(model, part, 2);
  const engine = await loadEngine("cpu", { threads: 1 });
  const trainer = await openTrainer({ engine, settings, initial: startingValues(settings), seed: 3 });
  const likelihood = likelihoodOf(mntp, "decoder") as Extract<TextLikelihood, { kind: "pseudo" }>;
  const examples = [20, 21].map((last) => likelihood.hideOne([small.begin, 10, 11, 12, last], 2, small));
  const { losses } = await trainer.evaluate(part, assembleBatch(examples, part.layout, small).arrays);
  await trainer.close();
  expect(losses![0]).toBeGreaterThan(0);
  expect(losses![1]).not.toBeCloseTo(losses![0]!, 3);
});
