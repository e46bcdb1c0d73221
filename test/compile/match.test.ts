import { describe, expect, it } from "vitest";
import { compile } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import { resized } from "#runtime/compile/resized-model.ts";
import type { MeasureResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import { completeTokenModel } from "#runtime/contract/model-choices.ts";
import type { MeasureJob, PretrainJob, ResolvedModel } from "#runtime/contract/plan.ts";
import type { ComparisonSpec } from "#runtime/contract/spec.ts";
import {
  adamw,
  compare,
  compiled,
  encoded,
  files,
  jobsOf,
  model,
  objectives,
  ofKind,
  pretrain,
  roundCosts,
  specOf,
  tokenizer,
} from "./fixtures.ts";

const comparing = (change: Partial<ComparisonSpec>, budget = { unit: "steps" as const, value: 100 }) =>
  specOf({
    pretrainings: { base: pretrain({ budget }) },
    comparisons: { which: compare({ finetune: [], baselines: [], seeds: [1], ...change }) },
  });

describe("sizes", () => {
  /** Weights of a made-up architecture: `sides` stacks of layers, each with two matrices of the feed-forward layer and four others. */
  const weights = (sides: number) => (each: ResolvedModel) =>
    64 + sides * each.layers * (4 * 64 * 64 + 2 * 64 * each.feedForward + each.feedForward);
  const small = completeTokenModel({ ...model({ layers: 4, hidden: 64, feedForward: 256 }), architecture: "decoder", vocabulary: 100 });

  it("stay where they are right", () => {
    expect(resized(small, weights(1)(small), weights(1))).toBe(small);
  });

  it("of two stacks are half the layers of one", () => {
    expect(resized(small, weights(1)(small), weights(2))).toMatchObject({ layers: 2, feedForward: 256 });
  });

  it("come within a unit of the feed-forward width of any target, in layers that change the width least", () => {
    for (const target of [150_000, 200_000, 333_333, 1_000_000]) {
      const found = resized(small, target, weights(1))!;
      expect(Math.abs(weights(1)(found) - target)).toBeLessThanOrEqual((found.layers * 129) / 2);
    }
  });

  it("there are none if the layers' other weights are already too many", () => {
    expect(resized(small, 1000, weights(1))).toBeNull();
  });
});

describe("match: params", () => {
  const spec = comparing({ vary: objectives("clm", "t5"), match: "params" });

  it("gives an encoder-decoder as many weights outside the embeddings as a decoder, and trains for the budget", () => {
    const { plan } = compile(spec, { kind: "declaration", name: "which" }, files, { known: () => encoded, costs: tracedCosts() });
    const [clm, t5] = ofKind(plan!.jobs, "pretrain");
    const body = ({ cost }: PretrainJob) => cost.parameters - cost.embeddings;
    expect(Math.abs(body(t5!) / body(clm!) - 1)).toBeLessThan(0.01);
    expect(t5!.model.architecture).toBe("encoder-decoder");
    expect([clm!.steps, t5!.steps]).toEqual([100, 100]);
  });
});

describe("match: time", () => {
  const spec = comparing({ vary: objectives("clm", "mlm"), match: "time" });
  const planned = (measured?: (job: MeasureJob) => MeasureResult) =>
    compile(spec, { kind: "declaration", name: "which" }, files, {
      known: () => encoded,
      costs: roundCosts,
      ...(measured ? { measured } : {}),
    });

  it("measures a step of each cell first, and goes by FLOPs until then", () => {
    const { plan, estimated } = planned();
    expect(estimated.every((id) => id.startsWith("measure-"))).toBe(true);
    expect(estimated).toHaveLength(2);
    expect(ofKind(plan!.jobs, "pretrain").map(({ steps }) => steps)).toEqual([100, 67]);
  });

  it("then gives each as many steps as fit into the reference's time", () => {
    const { plan, estimated } = planned((job) => ({ secondsPerStep: job.objective.kind === "masked" ? 0.4 : 0.1 }));
    expect(estimated).toEqual([]);
    expect(ofKind(plan!.jobs, "pretrain").map(({ steps }) => steps)).toEqual([100, 25]);
  });
});

describe("a search for the learning rate", () => {
  const spec = comparing({ vary: objectives("clm", "mlm"), match: "tokens", seeds: [1, 2], search: { learningRates: [1e-3, 4e-3] } });
  const planned = (trained?: (job: PretrainJob) => PretrainResult) =>
    compile(spec, { kind: "declaration", name: "which" }, files, {
      known: () => encoded,
      costs: roundCosts,
      ...(trained ? { trained } : {}),
    });
  const loss = (value: number): PretrainResult => ({
    ...{ steps: 1, tokens: 1, predicted: 1, flops: 1, seconds: 1, finalLoss: 1 },
    scores: [{ metric: "loss", value, split: "validation", n: 1 }],
  });

  it("tries every rate on every cell with the first seed before anything is compared", () => {
    expect(planned().estimated).toHaveLength(4);
  });

  it("waits until steps and vocabularies are known: before, it would try runs that are not the cells' own", () => {
    const unknown = compile(spec, { kind: "declaration", name: "which" }, files, { known: () => null, costs: roundCosts });
    expect(unknown.estimated.map((id) => id.split("-")[0])).toEqual(["encode"]);
    const timed = comparing({ vary: objectives("clm", "mlm"), match: "time", search: { learningRates: [1e-3, 4e-3] } });
    const options = { known: () => encoded, costs: roundCosts };
    const unread = compile(timed, { kind: "declaration", name: "which" }, files, { ...options, known: () => null });
    expect(unread.estimated.map((id) => id.split("-")[0])).toEqual(["encode"]);
    const unmeasured = compile(timed, { kind: "declaration", name: "which" }, files, options);
    expect(unmeasured.estimated.map((id) => id.split("-")[0])).toEqual(["measure", "measure"]);
    // what it will cost is planned all the same
    expect(ofKind(unmeasured.plan!.jobs, "pretrain")).toHaveLength(4);
    const measured = compile(timed, { kind: "declaration", name: "which" }, files, { ...options, measured: () => ({ secondsPerStep: 1 }) });
    expect(measured.estimated.map((id) => id.split("-")[0])).toEqual(["pretrain", "pretrain", "pretrain", "pretrain"]);
  });

  it("gives each cell the rate with the lowest validation loss, shares that run, and counts the others", () => {
    const better = (job: PretrainJob) => (job.objective.kind === "masked") === (job.optimizer.learningRate === 4e-3);
    const { plan, estimated } = planned((job) => loss(better(job) ? 1 : 2));
    expect(estimated).toEqual([]);
    const [job] = ofKind(plan!.jobs, "compare");
    expect(job!.cells.map(({ searched }) => searched!.learningRate)).toEqual([1e-3, 4e-3]);
    // two seeds of each cell, and the rate that was not taken
    expect(ofKind(plan!.jobs, "pretrain")).toHaveLength(6);
    expect(job!.cells.map(({ searched, matched }) => searched!.flops / matched.flops)).toEqual([1, 1]);
    for (const { searched, runs } of job!.cells) expect(searched!.runs.map((run) => run.job)).toContain(runs[0]!.pretrain);
  });

  it("needs a loss on validation text", () => {
    const { problems } = planned(() => ({ ...loss(1), scores: [] }));
    expect(problems).toContainEqual(expect.objectContaining({ code: "nothing-to-search-by", path: ["comparisons", "which", "search"] }));
  });
});

describe("settings that move together", () => {
  const rates = { key: "learning_rate" as const, values: [1e-3, 5e-4].map((value) => ({ label: `${value}`, value })) };

  it("is set with its value, and the cells stay as many", () => {
    const jobs = jobsOf(comparing({ vary: [{ ...objectives("clm", "mlm")[0]!, with: [rates] }] }), "which");
    expect(ofKind(jobs, "pretrain").map(({ objective, optimizer }) => [objective.kind, optimizer.learningRate])).toEqual([
      ["causal", 1e-3],
      ["masked", 5e-4],
    ]);
    expect(ofKind(jobs, "compare")[0]!.cells.map(({ cell }) => cell)).toEqual(["clm", "mlm"]);
  });

  it("must have as many values", () => {
    const one = { ...rates, values: rates.values.slice(0, 1) };
    const { problems } = compiled(comparing({ vary: [{ ...objectives("clm", "mlm")[0]!, with: [one] }] }), "which");
    expect(problems).toContainEqual(
      expect.objectContaining({ code: "with-other-length", severity: "error", path: ["comparisons", "which", "with learning_rate"] }),
    );
  });
});

/** Each warning about what else differs: there before its fix, gone after it. */
describe("other differences between cells", () => {
  const codesOf = (...from: Parameters<typeof compiled>) => compiled(...from).problems.map(({ code }) => code);

  it("data: masked steps cost more, so at equal FLOPs it sees less; equal tokens mend it", () => {
    const cells = objectives("clm", "wide");
    const wide = {
      kind: "mixture" as const,
      parts: [
        { weight: 0.5, objective: "mlm" },
        { weight: 0.5, objective: "mlm2" },
      ],
    };
    const dear = {
      ...roundCosts,
      pretrain: (...args: Parameters<typeof roundCosts.pretrain>) =>
        dearer(roundCosts.pretrain(...args), args[0].objective.kind === "mixture"),
    };
    const of = (match: ComparisonSpec["match"]) =>
      compile(
        specOf({
          objectives: { wide, mlm2: { kind: "masked", rate: 0.3, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } },
          pretrainings: { base: pretrain({ budget: { unit: "steps", value: 100 } }) },
          comparisons: { which: compare({ vary: cells, match, finetune: [], baselines: [], seeds: [1] }) },
        }),
        { kind: "declaration", name: "which" },
        files,
        { known: () => encoded, costs: dear },
      ).problems;
    expect(of("flops")).toContainEqual(expect.objectContaining({ code: "data-differs", set: { key: "match", value: "tokens" } }));
    expect(of("tokens").map(({ code }) => code)).not.toContain("data-differs");
    expect(of("tokens")).toContainEqual(expect.objectContaining({ code: "compute-differs", set: { key: "match", value: "flops" } }));
    expect(of("flops").map(({ code }) => code)).not.toContain("compute-differs");
  });

  it("size: an encoder-decoder is larger than a decoder; matched parameters mend it", () => {
    const of = (match: ComparisonSpec["match"]) =>
      compile(comparing({ vary: objectives("clm", "t5"), match }), { kind: "declaration", name: "which" }, files, {
        known: () => encoded,
        costs: tracedCosts(),
      }).problems;
    expect(of("tokens")).toContainEqual(expect.objectContaining({ code: "parameters-differ", set: { key: "match", value: "params" } }));
    expect(of("params").map(({ code }) => code)).not.toContain("parameters-differ");
  });

  it("steps that differ in length, at equal steps", () => {
    const of = (match: ComparisonSpec["match"]) => compiled(comparing({ vary: objectives("clm", "t5"), match }), "which").problems;
    expect(of("steps")).toContainEqual(expect.objectContaining({ code: "steps-differ-in-length", set: { key: "match", value: "tokens" } }));
    expect(of("tokens").map(({ code }) => code)).not.toContain("steps-differ-in-length");
  });

  it("schedules: a warm-up in steps is another share of each cell; a share mends it", () => {
    const of = (warmup: typeof adamw.warmup) => {
      const spec = comparing({ vary: objectives("clm", "t5"), match: "tokens" });
      spec.pretrainings.base = pretrain({ budget: { unit: "steps", value: 100 }, optimizer: { ...adamw, warmup } });
      return compiled(spec, "which").problems;
    };
    const found = of({ unit: "steps", value: 10 }).find(({ code }) => code === "schedules-differ");
    expect(found).toMatchObject({ path: ["pretrainings", "base", "optimizer", "warmup"], fixes: ["10%"] });
    expect(of({ unit: "share", value: 0.1 }).map(({ code }) => code)).not.toContain("schedules-differ");
  });

  it("vocabularies of different sizes; the same size mends it", () => {
    const of = (vocabulary: number) =>
      specOf({
        tokenizers: { other: tokenizer({ vocabulary }) },
        comparisons: {
          which: compare({ vary: [{ key: "tokenizer", values: ["pieces", "other"].map((name) => ({ label: name, value: name })) }] }),
        },
      });
    const { problems } = compiled(of(2000), "which");
    const found = problems.find(({ code }) => code === "vocabularies-differ")!;
    expect(found.path).toEqual(["tokenizers", "other", "vocabulary"]);
    expect(found.set).toEqual({ key: "vocabulary", value: `${tokenizer().vocabulary}` });
    expect(codesOf(of(Number(found.set!.value)), "which")).not.toContain("vocabularies-differ");
  });

  it("architectures, if one fits all objectives: setting it fixes the problem", () => {
    const of = (architecture: "auto" | "decoder" | "encoder-decoder") =>
      specOf({
        models: { small: model({ architecture }) },
        comparisons: { which: compare({ vary: objectives("clm", "t5"), finetune: [], baselines: [] }) },
      });
    const found = compiled(of("auto"), "which").problems.find(({ code }) => code === "architectures-differ")!;
    expect(found).toMatchObject({ path: ["models", "small", "architecture"], set: { key: "architecture" } });
    expect(codesOf(of(found.set!.value as "decoder"), "which")).not.toContain("architectures-differ");
  });
});

function dearer<T extends { flopsPerStep: number }>(cost: T, dear: boolean): T {
  return dear ? { ...cost, flopsPerStep: cost.flopsPerStep * 2 } : cost;
}
