import { expect, test } from "vitest";
import { testedComparisons } from "#client/expectations/collect-expectations.ts";
import type { WatchedStore } from "#client/runs/model.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { OutlineDeclaration } from "#server/protocol.ts";
import { declaration, job, outline, runOf, session, storeOf } from "./samples.ts";

const goal = job("compare", "compare-1", "objectives");
const line = (number: number) => ({ start: { line: number, character: 10 }, end: { line: number, character: 40 } });
const texts = ["mlm > clm on sentiment.accuracy", "clm > scratch on sentiment.accuracy", "mlm = t5 on sentiment.accuracy"];
const objectives: OutlineDeclaration = {
  ...declaration("compare", "objectives", [goal]),
  expectations: texts.map((text, index) => ({ text, range: line(index) })),
};
const answers = (["confirmed", "refuted", "undecided"] as const).map((answer, index) => ({
  text: texts[index]!,
  answer,
  reason: `because ${index}`,
  recorded: null,
  before_test: null,
}));
const done = runOf("compare", "compare-1", {
  name: "objectives",
  state: "done",
  ended: 7,
  comparison: { expectations: answers } as unknown as ComparisonResult,
});

function tests(declared: OutlineDeclaration, store: WatchedStore) {
  return testedComparisons(outline([declared]), "/folder/a.pretrain", store, 9);
}

test("each expectation is a test at its place; a comparison that expects nothing has none", () => {
  const [comparison] = tests(objectives, storeOf([]));
  expect(comparison).toMatchObject({ name: "objectives", range: objectives.range });
  expect(comparison!.tests).toEqual(texts.map((text, index) => ({ text, range: line(index) })));
  expect(comparison).not.toHaveProperty("run");
  expect(tests(declaration("compare", "quiet", [goal]), storeOf([]))).toEqual([]);
});

test("the run's answers are the tests' states, in the words of the results", () => {
  const [comparison] = tests(objectives, storeOf([done]));
  expect(comparison!.run).toEqual({ id: "compare-1", ended: 7 });
  expect(comparison!.tests.map(({ answer }) => answer)).toEqual([
    { state: "confirmed", message: `${texts[0]}: confirmed (because 0)` },
    { state: "refuted", message: `${texts[1]}: refuted (because 1)` },
    { state: "undecided", message: `${texts[2]}: undecided (because 2)` },
  ]);
});

test("while it runs, and once the text has changed, nothing is answered", () => {
  expect(tests(objectives, storeOf([done], [session("objectives")]))[0]!.tests[0]).not.toHaveProperty("answer");
  const changed = { ...objectives, plan: { ...objectives.plan!, goals: ["compare-2"] } };
  expect(tests(changed, storeOf([done]))[0]!.tests[0]).not.toHaveProperty("answer");
});

test("a renamed cell keeps its answers, under its new name", () => {
  const [first, ...rest] = objectives.expectations!;
  const renamed = { ...objectives, expectations: [{ ...first!, text: "bert > clm on sentiment.accuracy" }, ...rest] };
  const [answered, ...others] = tests(renamed, storeOf([done]))[0]!.tests;
  expect(answered!.answer!.message).toBe("bert > clm on sentiment.accuracy: confirmed (because 0)");
  expect(others.map(({ answer }) => answer!.state)).toEqual(["refuted", "undecided"]);
  // of a broken text the place says nothing
  const broken = { ...renamed, plan: { ...renamed.plan!, stale: true } };
  expect(tests(broken, storeOf([done]))[0]!.tests.map(({ answer }) => answer?.state)).toEqual([undefined, "refuted", "undecided"]);
});

test("an expectation written twice is one test", () => {
  const twice = { ...objectives, expectations: [...objectives.expectations!, objectives.expectations![0]!] };
  expect(tests(twice, storeOf([done]))[0]!.tests.map(({ text }) => text)).toEqual(texts);
});
