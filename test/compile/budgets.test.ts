import { describe, expect, it } from "vitest";
import { nearestSteps } from "#runtime/compile/budgets.ts";
import type { Budget, ComparisonSpec, OptimizerSpec } from "#runtime/contract/spec.ts";
import { adamw, compare, compiled, encoded, jobsOf, model, objectives, ofKind, pretrain, specOf } from "./fixtures.ts";

// A step of 8 sequences costs, by `roundCosts`: causal 800 tokens and 8,000 FLOPs, masked 800 and 12,000, others 1,600 and 16,000.

function stepsOf(budget: Budget, objective = "clm"): number {
  const jobs = jobsOf(specOf({ objectives: mixtures, pretrainings: { base: pretrain({ budget, objective }) } }), "base");
  return ofKind(jobs, "pretrain")[0]!.steps;
}

const half = (kind: "mixture" | "sequence") => ({
  kind,
  parts: [
    { weight: 0.5, objective: "clm" },
    { weight: 0.5, objective: "prefix" },
  ],
});
const mixtures = { both: half("mixture"), phases: half("sequence") };

describe("a budget becomes whole steps", () => {
  it.each<[string, Budget, number]>([
    ["steps as they are", { unit: "steps", value: 123 }, 123],
    ["tokens by the positions of a step", { unit: "tokens", value: 8000 }, 10],
    ["to the nearest step, down", { unit: "tokens", value: 8399 }, 10],
    ["to the nearest step, up", { unit: "tokens", value: 8401 }, 11],
    ["at least one step", { unit: "tokens", value: 1 }, 1],
    ["FLOPs by the cost of a step", { unit: "flops", value: 1e6 }, 125],
    // 2,000 tokens in windows 64 tokens apart, 8 a step: 3.9 steps
    ["epochs by the windows of the training split", { unit: "epochs", value: 1 }, 4],
    ["several epochs", { unit: "epochs", value: 10 }, 39],
  ])("%s", (_, budget, steps) => {
    expect(stepsOf(budget)).toBe(steps);
  });

  it("averages a mixture as it is scheduled", () => {
    // one step of each: 2,400 tokens
    expect(stepsOf({ unit: "tokens", value: 24_000 }, "both")).toBe(20);
    expect(stepsOf({ unit: "tokens", value: 24_000 }, "phases")).toBe(20);
  });

  it("counts in an epoch what every part of a mixture reads", () => {
    const sequence = {
      kind: "sequence" as const,
      parts: [
        { weight: 0.5, objective: "clm" },
        { weight: 0.5, objective: "sentiment" },
      ],
    };
    const spec = specOf({
      objectives: { early: sequence },
      pretrainings: { base: pretrain({ objective: "early", budget: { unit: "epochs", value: 10 } }) },
    });
    // the 39 steps on the corpus, and as many on the task
    expect(ofKind(jobsOf(spec, "base"), "pretrain")[0]?.steps).toBe(78);
  });

  it("refuses a budget beyond all measure", () => {
    const { plan, problems } = compiled(specOf({ pretrainings: { base: pretrain({ budget: { unit: "tokens", value: 1e18 } }) } }), "base");
    expect(plan).toBeNull();
    expect(problems).toMatchObject([{ code: "budget-too-large", path: ["pretrainings", "base", "budget"] }]);
  });
});

describe("the nearest whole number of steps", () => {
  it("is the smaller of two equally near", () => {
    expect(nearestSteps(15, () => 10)).toBe(1);
  });

  it("is found where a step's cost depends on their number", () => {
    // 90% of the steps cost 10, the rest, rounded down, nothing: a total of 10 × ceil(0.9 n)
    const perStep = (steps: number) => (10 * Math.ceil(0.9 * steps)) / steps;
    const steps = nearestSteps(900, perStep);
    expect(steps * perStep(steps)).toBe(900);
  });

  it("is found where few steps cost nothing at all", () => {
    expect(nearestSteps(100_000, (steps) => (steps < 5000 ? 0 : 10))).toBe(10_000);
  });
});

describe("a comparison matches", () => {
  const matched = (change: Partial<ComparisonSpec>, budget: Budget = { unit: "steps", value: 120 }) => {
    const spec = specOf({
      models: { wide: model({ hidden: 64 }) },
      objectives: mixtures,
      pretrainings: { base: pretrain({ budget }) },
      comparisons: { which: compare({ vary: objectives("clm", "mlm", "prefix"), baselines: [], ...change }) },
    });
    return ofKind(jobsOf(spec, "which"), "compare")[0]!.cells.map(({ cell, matched: { tokens, flops, steps } }) => ({
      cell,
      tokens,
      flops,
      steps,
    }));
  };

  it("tokens", () => {
    expect(matched({ match: "tokens" })).toEqual([
      { cell: "clm", tokens: 96_000, flops: 960_000, steps: 120 },
      { cell: "mlm", tokens: 96_000, flops: 1_440_000, steps: 120 },
      { cell: "prefix", tokens: 96_000, flops: 960_000, steps: 60 },
    ]);
  });

  it("flops", () => {
    expect(matched({ match: "flops" })).toEqual([
      { cell: "clm", tokens: 96_000, flops: 960_000, steps: 120 },
      { cell: "mlm", tokens: 64_000, flops: 960_000, steps: 80 },
      { cell: "prefix", tokens: 96_000, flops: 960_000, steps: 60 },
    ]);
  });

  it("steps", () => {
    expect(matched({ match: "steps" }).map(({ steps, tokens }) => ({ steps, tokens }))).toEqual([
      { steps: 120, tokens: 96_000 },
      { steps: 120, tokens: 96_000 },
      { steps: 120, tokens: 192_000 },
    ]);
  });

  it("mixtures and sequences by what their steps cost together", () => {
    // 8,000 and 16,000 FLOPs alternate: 80 steps make 960,000
    expect(matched({ match: "flops", vary: objectives("both", "phases") }).map(({ steps, flops }) => ({ steps, flops }))).toEqual([
      { steps: 80, flops: 960_000 },
      { steps: 80, flops: 960_000 },
    ]);
  });

  it("the pre-training that is extended, though no cell is like it", () => {
    expect(matched({ match: "flops", vary: objectives("mlm", "prefix") }).map(({ flops }) => flops)).toEqual([960_000, 960_000]);
  });

  it("each varied budget on its own", () => {
    const budgets = [
      { label: "short", value: { unit: "steps", value: 60 } as const },
      { label: "long", value: { unit: "steps", value: 120 } as const },
    ];
    expect(matched({ match: "flops", vary: [...objectives("clm", "mlm"), { key: "budget", values: budgets }] })).toEqual([
      { cell: "clm, short", tokens: 48_000, flops: 480_000, steps: 60 },
      { cell: "clm, long", tokens: 96_000, flops: 960_000, steps: 120 },
      { cell: "mlm, short", tokens: 32_000, flops: 480_000, steps: 40 },
      { cell: "mlm, long", tokens: 64_000, flops: 960_000, steps: 80 },
    ]);
  });

  it("other batches by more or fewer steps", () => {
    const batches = [8, 16].map((value) => ({ label: `${value}`, value }));
    expect(matched({ match: "tokens", vary: [{ key: "batch", values: batches }] }).map(({ steps }) => steps)).toEqual([120, 60]);
  });

  it("and says where whole steps come no nearer", () => {
    const spec = specOf({
      pretrainings: { base: pretrain({ budget: { unit: "steps", value: 3 } }) },
      comparisons: { which: compare({ vary: objectives("clm", "prefix"), match: "flops" }) },
    });
    expect(compiled(spec, "which").problems).toMatchObject([
      { severity: "warning", code: "matched-roughly", path: ["comparisons", "which", "match"], message: expect.stringContaining("prefix") },
    ]);
  });

  it("and says where equal steps are unequal work", () => {
    const spec = specOf({ comparisons: { which: compare({ vary: objectives("clm", "prefix"), match: "steps" }) } });
    const { problems } = compiled(spec, "which");
    expect(problems).toMatchObject([{ severity: "warning", code: "steps-differ-in-length" }]);
    expect(problems[0]?.message).toContain("clm 800 and prefix 1600");
  });
});

describe("steps set the rest of the schedule", () => {
  const run = (change: Parameters<typeof pretrain>[0]) =>
    ofKind(jobsOf(specOf({ pretrainings: { base: pretrain(change) } }), "base"), "pretrain")[0]!;
  const warming = (warmup: OptimizerSpec["warmup"]) => run({ optimizer: { ...adamw, warmup } }).warmupSteps;

  it("warm-up as a share or a count", () => {
    expect(warming({ unit: "share", value: 0.05 })).toBe(5);
    expect(warming({ unit: "steps", value: 7 })).toBe(7);
  });

  it("ten validations where nothing is said", () => {
    expect(run({ budget: { unit: "steps", value: 95 } }).evaluateEvery).toBe(10);
    expect(run({ evaluate: 25 }).evaluateEvery).toBe(25);
  });

  it("and a warm-up that never ends is said", () => {
    const spec = specOf({ pretrainings: { base: pretrain({ optimizer: { ...adamw, warmup: { unit: "steps", value: 100 } } }) } });
    expect(compiled(spec, "base").problems).toMatchObject([{ severity: "warning", code: "warmup-too-long" }]);
  });
});

it("reads the size of an epoch from the encoded corpus", () => {
  const spec = specOf({ pretrainings: { base: pretrain({ budget: { unit: "epochs", value: 1 } }) } });
  const train = { ...encoded.splits.train, tokens: 51_200 };
  const known = () => ({ ...encoded, splits: { ...encoded.splits, train } });
  expect(ofKind(jobsOf(spec, "base", { known }), "pretrain")[0]?.steps).toBe(100);
});
