import { describe, expect, it } from "vitest";
import { compile } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import type { PretrainSpec } from "#runtime/contract/spec.ts";
import { files, filesIn, finetune, model, pretrain, specOf, texts } from "./fixtures.ts";

const costs = tracedCosts();

function compiledWith(memoryBytes: number, change: Partial<PretrainSpec> = {}, context = 64, recompute = false) {
  const spec = specOf({ models: { small: model({ context, recompute }) }, pretrainings: { base: pretrain(change) } });
  return compile(spec, { kind: "declaration", name: "base" }, files, { costs, memoryBytes });
}

function memoryOf({ plan }: ReturnType<typeof compiledWith>): number {
  const job = plan!.jobs.find(({ kind }) => kind === "pretrain")!;
  return job.kind === "pretrain" ? job.cost.memoryBytes : 0;
}

describe("a step that takes more memory than the machine has", () => {
  const whole = memoryOf(compiledWith(Number.POSITIVE_INFINITY));
  const tight = compiledWith(whole * 0.8);

  it("is an error at its batch, and there is no plan", () => {
    expect(tight.plan).toBeNull();
    expect(tight.problems).toEqual([
      expect.objectContaining({ severity: "error", code: "too-little-memory", path: ["pretrainings", "base", "batch"] }),
    ]);
  });

  it("comes with a suggestion that fits", () => {
    const message = tight.problems[0]!.message;
    const offered = (pattern: RegExp) => Number(pattern.exec(message)![1]);
    const [accumulate, batch, context] = [offered(/accumulate: (\d+)/), offered(/batch: (\d+)/), offered(/context: (\d+)/)];
    expect(memoryOf(compiledWith(whole * 0.8, { accumulate }))).toBeLessThanOrEqual(whole * 0.8);
    expect(memoryOf(compiledWith(whole * 0.8, { batch }))).toBeLessThanOrEqual(whole * 0.8);
    expect(memoryOf(compiledWith(whole * 0.8, {}, context))).toBeLessThanOrEqual(whole * 0.8);
    expect(message).toContain("recompute: true in its model, which gives the same numbers in more time");
    expect(memoryOf(compiledWith(whole * 0.8, {}, 64, true))).toBeLessThanOrEqual(whole * 0.8);
    // and nothing nearer does
    expect(compiledWith(whole * 0.8, { batch: batch * 2 }).plan).toBeNull();
  });

  it("is estimated from a rough count if tracing would take too long", () => {
    const { plan, problems } = compiledWith(2e9, { batch: 4096 }, 4096);
    expect(plan).toBeNull();
    expect(problems[0]!.message).toMatch(/needs at least [\d.]+ GB of memory, but this machine has 2\.0 GB/);
  });

  it("is reported for a fine-tuning too, without a suggestion if nothing fits", () => {
    const spec = specOf({ models: { small: model({ context: 64 }) }, finetunings: { tuned: finetune() } });
    const { plan, problems } = compile(spec, { kind: "declaration", name: "tuned" }, files, { costs, memoryBytes: 1000 });
    expect(plan).toBeNull();
    expect(problems[0]!.message).toContain("Make the model smaller.");
  });
});

describe("a fine-tuning's memory goes by the longest text that is there", () => {
  const costOf = (context: number, text: string) => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i} ${i === 7 ? text : "short"}\t${i % 2 ? "good" : "bad"}`);
    const own = filesIn({ ...texts, "/data/train.tsv": ["sentence\tpolarity", ...rows].join("\n") });
    const spec = specOf({ models: { small: model({ context }) }, finetunings: { tuned: finetune() } });
    const { plan } = compile(spec, { kind: "declaration", name: "tuned" }, own, { costs });
    const job = plan!.jobs.find(({ kind }) => kind === "finetune")!;
    return job.kind === "finetune" ? { ...job.cost, positions: job.cost.tokensPerStep * job.fill } : undefined;
  };
  const short = "a text of some forty letters, not longer";

  it("and not by the context, where that is longer", () => {
    const [near, far] = [costOf(128, short)!, costOf(1024, short)!];
    // the table of learned positions is as long as the context: a weight, its gradient and two moments each
    expect(far.parameters - near.parameters).toBe(32 * (1024 - 128));
    expect(far.memoryBytes - near.memoryBytes).toBeLessThanOrEqual(16 * (far.parameters - near.parameters));
    expect(far.positions).toBe(near.positions);
  });

  it("and by the context, where the text is longer", () => {
    expect(costOf(64, short.repeat(20))!.tokensPerStep).toBe(64 * finetune().batch);
    expect(costOf(64, short)!.tokensPerStep).toBeLessThan(64 * finetune().batch);
    expect(costOf(1024, short.repeat(20))!.memoryBytes).toBeGreaterThan(4 * costOf(1024, short)!.memoryBytes);
  });
});

it("a step that fits, or a machine that is not known, has no such problem", () => {
  expect(compiledWith(1e12).problems).toEqual([]);
  expect(compile(specOf(), { kind: "declaration", name: "base" }, files, { costs }).problems).toEqual([]);
});
