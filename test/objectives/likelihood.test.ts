import { expect, test } from "vitest";
import { layoutOf, likelihoodOf, measuredOf } from "#runtime/objectives/objective-table.ts";
import { carried, causal, make, masked, middle, replacedToken, vocabulary } from "./helpers.ts";

test("a causal objective has a text's likelihood by the chain rule, a masked one a pseudo-likelihood where there is one stack", () => {
  expect(likelihoodOf(causal, "decoder")?.kind).toBe("chain");
  expect(likelihoodOf(masked, "encoder")?.kind).toBe("pseudo");
  expect(likelihoodOf(masked, "encoder-decoder")).toBeUndefined();
  expect(likelihoodOf(masked, undefined)).toBeUndefined();
  expect(likelihoodOf(replacedToken, "encoder")).toBeUndefined();
});

test("a pseudo-likelihood hides one token of its window and predicts it", () => {
  const { begin, end, mask } = vocabulary;
  const likelihood = likelihoodOf(masked, "encoder");
  const hidden = likelihood?.kind === "pseudo" && likelihood.hideOne([begin, 10, 11, end, begin, 12, 13], 5, vocabulary);
  expect(hidden).toEqual({
    tokens: [begin, 10, 11, end, begin, mask, 13],
    positions: [0, 1, 2, 3, 0, 1, 2],
    segments: [1, 1, 1, 1, 2, 2, 2],
    predict: [5],
    targets: [12],
  });
});

test.each(carried)("shares that a preview shows of %j in the %s are between 0 and 1", (objective, architecture) => {
  const examples = make(objective, architecture, middle, 20).map(({ example }) => example);
  const measured = measuredOf(objective, layoutOf(objective, { architecture, context: 64 }), examples, vocabulary);
  expect(Object.keys(measured)).not.toEqual([]);
  for (const [name, value] of Object.entries(measured)) {
    expect(value, name).toBeGreaterThanOrEqual(0);
    if (!name.startsWith("mean_")) expect(value, name).toBeLessThanOrEqual(1);
  }
});
