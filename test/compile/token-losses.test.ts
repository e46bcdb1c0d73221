import { describe, expect, it } from "vitest";
import { cellsOf } from "#runtime/compile/cells.ts";
import { check } from "#runtime/compile/check-specification.ts";
import { compile } from "#runtime/compile/compile.ts";
import { tracedCosts } from "#runtime/compile/costs.ts";
import type { PretrainSpec } from "#runtime/contract/spec.ts";
import { compare, files, model, pretrain, specOf } from "./fixtures.ts";

const errors = (spec: ReturnType<typeof specOf>) => check(spec, files).filter(({ severity }) => severity === "error");

describe("label smoothing and z-loss", () => {
  it("are settings of a job, in its fingerprint only where they are set", () => {
    const jobOf = (over: Partial<PretrainSpec>) =>
      compile(specOf({ pretrainings: { base: pretrain(over) } }), { kind: "declaration", name: "base" }, files, {
        costs: tracedCosts(),
      }).plan!.jobs.find((job) => job.kind === "pretrain")!;
    const plain = jobOf({});
    expect("labelSmoothing" in plain || "zLoss" in plain).toBe(false);
    expect(jobOf({ ema: 0.9 })).toMatchObject({ ema: 0.9, cost: { memoryBytes: expect.any(Number) } });
    expect(jobOf({ ema: 0.9 }).cost.memoryBytes - plain.cost.memoryBytes).toBe(4 * plain.cost.parameters);
    expect(jobOf({ labelSmoothing: 0.1 })).toMatchObject({ labelSmoothing: 0.1 });
    const ids = [plain, jobOf({ labelSmoothing: 0.1 }), jobOf({ labelSmoothing: 0.2 }), jobOf({ zLoss: 1e-4 }), jobOf({ ema: 0.9 })].map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(5);
  });

  it("are varied, and 0 is none", () => {
    const values = [0, 1e-4].map((value) => ({ label: `${value}`, value }));
    const spec = specOf({
      pretrainings: { base: pretrain({ zLoss: 1e-2 }) },
      comparisons: { which: compare({ vary: [{ key: "z_loss", values }] }) },
    });
    expect(cellsOf(spec, "which").cells.map(({ pretrain }) => pretrain.zLoss)).toEqual([undefined, 1e-4]);
    expect(errors(spec)).toEqual([]);
  });

  it("are of no use where no token is predicted", () => {
    const objectives = { views: { kind: "contrastive", views: "dropout", temperature: 0.05, pool: "mean" } } as const;
    const problems = (objective: string) =>
      errors(
        specOf({
          models: { small: model({ dropout: 0.1 }) },
          objectives: { ...specOf().objectives, ...objectives },
          pretrainings: { base: pretrain({ objective, labelSmoothing: 0.1 }) },
        }),
      );
    expect(problems("clm")).toEqual([]);
    expect(problems("views")).toMatchObject([{ code: "setting-without-effect", path: ["pretrainings", "base", "label_smoothing"] }]);
  });
});
