import { describe, expect, test } from "vitest";
import { analyseText } from "./project.ts";

async function objectivesOf(text: string) {
  const { analysis } = await analyseText(text);
  expect(analysis.problems).toEqual([]);
  return analysis.spec!.objectives;
}

async function problemsOf(text: string): Promise<string[]> {
  return (await analyseText(text)).analysis.problems.map(({ code }) => code);
}

test("parts in `of` get their shares when their sizes are known; temperature and limit say how", async () => {
  const { a, b } = await objectivesOf(`objective a = mixture { of: [causal, prefix] }
objective b = mixture { extends: a, temperature: 2, limit: 65k }`);
  const parts = ["causal", "prefix"].map((objective) => ({ weight: 0.5, objective }));
  expect(a).toEqual({ kind: "mixture", parts, bySize: { temperature: 1, limit: null } });
  expect(b).toEqual({ kind: "mixture", parts, bySize: { temperature: 2, limit: 65_000 } });
});

test("the preset ul2 is the table of Tay et al. 2022, in equal parts", async () => {
  const objectives = await objectivesOf("objective mixed = mixture { preset: ul2 }");
  const { mixed, ...denoisers } = objectives;
  expect(mixed).toMatchObject({ kind: "mixture" });
  expect(mixed).not.toHaveProperty("bySize");
  const parts = mixed?.kind === "mixture" ? mixed.parts : [];
  expect(parts.map(({ objective }) => objective)).toEqual(Object.keys(denoisers));
  for (const { weight } of parts) expect(weight).toBeCloseTo(1 / 7, 12);
  const settings = Object.values(denoisers).map((each) =>
    each.kind === "span_corruption" ? [each.meanSpan, each.rate] : each.kind === "prefix" ? ["prefix", each.rate] : [],
  );
  expect(settings).toEqual([
    [3, 0.15],
    [8, 0.15],
    ["prefix", 0.25],
    [3, 0.5],
    [8, 0.5],
    [64, 0.15],
    [64, 0.5],
  ]);
});

test("a sequence keeps its optimiser or starts afresh", async () => {
  const { a, b } = await objectivesOf(`objective a = sequence { 80%: causal, 20%: prefix }
objective b = sequence { extends: a, reset_optimizer: true }`);
  expect(a).not.toHaveProperty("resetOptimizer");
  expect(b).toEqual({ ...a, resetOptimizer: true });
});

test("the nearest layer determines the parts of a mixture", async () => {
  const { b, c } = await objectivesOf(`objective a = mixture { 50%: causal, 50%: prefix }
objective b = mixture { extends: a, of: [causal, masked] }
objective c = mixture { extends: b, 100%: causal }`);
  expect(b).toMatchObject({ parts: [{ objective: "causal" }, { objective: "masked" }], bySize: { temperature: 1 } });
  expect(c).toEqual({ kind: "mixture", parts: [{ weight: 1, objective: "causal" }] });
});

describe("conflicting settings are reported", () => {
  test.each([
    ["objective a = mixture { 50%: causal, 50%: prefix, of: [causal, prefix] }", ["parts-in-two-ways"]],
    ["objective a = mixture { preset: ul2, of: [causal, prefix] }", ["parts-in-two-ways"]],
    ["objective a = mixture { 50%: causal, 50%: prefix, temperature: 2 }", ["parts-have-shares"]],
    ["objective a = mixture { preset: ul2, limit: 5 }", ["parts-have-shares"]],
    ["objective a = mixture { of: [causal] }", ["out-of-range"]],
    ["objective a = mixture { of: [causal, a] }", ["objective-cycle"]],
    ["objective a = mixture { of: [causal, prefix], temperature: 0.5 }", ["out-of-range"]],
    ["objective a = sequence { 50%: causal, 50%: prefix, temperature: 2 }", ["unknown-key"]],
  ])("%s", async (text, codes) => {
    expect(await problemsOf(text)).toEqual(codes);
  });
});
