import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import type { PretrainResult } from "#runtime/contract/artifacts.ts";
import type { LearningPoint, PartLoss } from "#runtime/contract/learning-point.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { example } from "./example.ts";

const settings = {
  kind: "pretrain",
  optimizer: { kind: "adamw", learningRate: 3e-3 },
  model: { hidden: 64 },
  cost: { parameters: 100_000, embeddings: 0 },
} as unknown as PretrainJob;

const part = (of: PartLoss["of"], learned: number, named: { part?: string } = {}): PartLoss => ({
  ...named,
  of,
  loss: 5 * (1 - learned),
  n: 1000,
  guess: { uniform: 7, constant: 5 },
  learned,
  standard_error: 0.01,
  trained: 1,
});
const point = (...parts: PartLoss[]): LearningPoint => ({ step: 100, parts, gradient_norm: 1, moved: 1 });

/** Cells `a` and `b`, b better by a lot; the parts that a's and b's pre-trainings learned, by seed. */
function compared(learnedOf: (cell: string, seed: number) => PartLoss[] | undefined, objective: Partial<PretrainJob> = {}) {
  const { job, runs } = example(
    [
      { cell: "a", accuracy: [[0.5], [0.51], [0.504], [0.507]] },
      { cell: "b", accuracy: [[0.906], [0.9], [0.911], [0.903]] },
    ],
    { expect: [{ left: "a", operator: ">", right: "b", task: "sentiment", metric: "accuracy" }] },
  );
  return compareRuns(job, {
    ...runs,
    job: (id) =>
      id.startsWith("pretrain-") ? ({ ...settings, objective: { kind: "causal" }, ...objective } as PretrainJob) : runs.job(id),
    result(id) {
      const [, cell, seed] = /^pretrain-(\w+)-(\d)$/.exec(id) ?? [];
      const parts = cell === undefined ? undefined : learnedOf(cell, Number(seed));
      return parts ? ({ scores: [], learning: [point(...parts)] } as unknown as PretrainResult) : runs.result(id);
    },
  });
}

test("an expectation about a cell that did not learn is undecided, and the warnings begin with it", () => {
  const { unlearned, expectations, warnings } = compared((cell) => [part("tokens", cell === "a" ? 0.001 : 0.3)]);
  expect(unlearned).toEqual([
    {
      cell: "a",
      of: "tokens",
      cause: "not better than guessing",
      text: "no better than guessing unigrams",
      advice: "train for more steps, or try other learning rates with search",
      seeds: [1, 2, 3, 4],
      of_seeds: 4,
      whole: true,
    },
  ]);
  expect(expectations).toMatchObject([{ answer: "undecided", reason: "a did not learn (no better than guessing unigrams)" }]);
  expect(warnings[0]).toBe(
    "a did not learn: no better than guessing unigrams, in 4 of 4 seeds. What usually helps: train for more steps, or try other learning rates with search",
  );
});

test("cells that learned, in more than half of their seeds, and results of earlier versions have verdicts as ever", () => {
  for (const learned of [
    () => [part("tokens", 0.3)],
    (_: string, seed: number) => [part("tokens", seed === 1 ? 0 : 0.3)],
    () => undefined,
  ]) {
    const { unlearned, expectations } = compared(learned);
    expect(unlearned).toEqual([]);
    expect(expectations).toMatchObject([{ answer: "refuted" }]);
  }
});

test("pairs that were not learned beside tokens that were are named, and decide nothing", () => {
  const { unlearned, expectations, warnings } = compared((cell) => [part("tokens", 0.2), part("pairs", cell === "a" ? 0 : 0.2)]);
  expect(unlearned).toMatchObject([{ cell: "a", of: "pairs", whole: false }]);
  expect(expectations).toMatchObject([{ answer: "refuted" }]);
  expect(warnings[0]).toMatch(/^a: pairs: no better than guessing the base rate, in 4 of 4 seeds\./);
});

test("a mixture did not learn if none of its parts did", () => {
  const objective = { objective: { kind: "mixture", parts: [] } } as unknown as Partial<PretrainJob>;
  const of = (...shares: number[]) =>
    compared(() => shares.map((learned, i) => part("tokens", learned, { part: `p${i}` })), objective).unlearned!;
  expect(of(0, 0.2)).toMatchObject([
    { part: "p0", whole: false },
    { part: "p0", whole: false },
  ]);
  expect(of(0, 0).map(({ whole }) => whole)).toEqual([true, true, true, true]);
});

test("ELECTRA did not learn if its discriminator did not, whatever its generator did", () => {
  const objective = { objective: { kind: "replaced_token", generator: 0.25 } } as unknown as Partial<PretrainJob>;
  const { unlearned, expectations } = compared(
    (cell) => [part("generator", 0.05), part("discriminator", cell === "a" ? 0 : 0.2)],
    objective,
  );
  expect(unlearned!.filter(({ whole }) => whole)).toMatchObject([
    { cell: "a", of: "discriminator", advice: "give the generator more width or steps: it is 16 wide and itself learned 5%" },
  ]);
  expect(expectations).toMatchObject([{ reason: "a did not learn (discriminator: no better than guessing the base rate)" }]);
});
