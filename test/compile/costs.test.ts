import { expect, it } from "vitest";
import { compile } from "#runtime/compile/compile.ts";
import { remembering, type Traces } from "#runtime/compile/costs.ts";
import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { finetuneCost, pretrainCost, pretrainingCost } from "#runtime/programs/training-cost.ts";
import { adamw, compare, encoded, files, model, objectives, ofKind, specOf } from "./fixtures.ts";

const traced: Traces = { pretrain: pretrainingCost, finetune: finetuneCost };
const small = completeTokenModel({
  ...model({ layers: 1, hidden: 16, feedForward: 32, context: 32 }),
  architecture: "decoder",
  vocabulary: 400,
});
const size = { model: small, batch: 4, optimizer: adamw };
const mixed = (kind: "mixture" | "sequence"): ResolvedObjective => ({
  kind,
  parts: [
    { weight: 0.7, name: "t5", objective: { kind: "span_corruption", rate: 0.15, meanSpan: 3 } },
    { weight: 0.3, name: "inner", objective: { kind: "mixture", parts: [{ weight: 1, name: "clm", objective: { kind: "causal" } }] } },
  ],
});

it.each(["mixture", "sequence"] as const)("puts the cost of a %s together from those of its parts by themselves", (kind) => {
  const steps = { t5: 7, clm: 3 };
  for (const accumulate of [1, 2]) {
    const together = remembering(traced).pretrain({ ...size, objective: mixed(kind), accumulate }, 10);
    const t5 = pretrainCost({ ...size, objective: { kind: "span_corruption", rate: 0.15, meanSpan: 3 }, accumulate }, 10);
    const clm = pretrainCost({ ...size, objective: { kind: "causal" }, accumulate }, 10);
    const average = (cost: "flopsPerStep" | "tokensPerStep") => (steps.t5 * t5[cost] + steps.clm * clm[cost]) / 10;
    expect(together.flopsPerStep).toBeCloseTo(average("flopsPerStep"), 3);
    expect(together.tokensPerStep).toBeCloseTo(average("tokensPerStep"), 9);
    expect(together).toMatchObject({ parameters: t5.parameters, embeddings: t5.embeddings });
    expect(together.memoryBytes).toBe(Math.max(t5.memoryBytes, clm.memoryBytes));
  }
});

it("traces a program once, whatever the seeds, names and numbers of steps", () => {
  let traces = 0;
  const costs = remembering({
    ...traced,
    pretrain(from) {
      traces++;
      return traced.pretrain(from);
    },
  });
  for (const steps of [10, 20, 30]) {
    const objective = mixed("mixture");
    if (objective.kind === "mixture") objective.parts[0]!.name = `renamed for ${steps}`;
    costs.pretrain({ ...size, objective, accumulate: 1 }, steps);
  }
  expect(traces).toBe(1);
});

it("matches traced FLOPs to the nearest whole step", () => {
  const spec = specOf({
    models: { small: model({ layers: 1, hidden: 16, feedForward: 32, context: 32 }) },
    comparisons: { which: compare({ vary: objectives("clm", "mlm", "t5"), match: "flops" }) },
  });
  const { plan, problems } = compile(spec, { kind: "declaration", name: "which" }, files, {
    known: () => ({ ...encoded, vocabulary: 400 }),
  });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const [job] = ofKind(plan!.jobs, "compare");
  const [reference, ...others] = job!.cells;
  expect(reference?.matched.steps).toBe(100);
  for (const { matched } of others) {
    const step = matched.flops / matched.steps;
    expect(Math.abs(matched.flops - reference!.matched.flops)).toBeLessThanOrEqual(step / 2);
  }
  // masked predicts fewer positions, so it may take more steps
  expect(others[0]!.matched.steps).toBeGreaterThan(100);
});
