import { describe, expect, test } from "vitest";
import type { Job } from "#runtime/contract/plan.ts";
import type { ModelSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { finetune, jobsOf, masked, model, ofKind, pretrain, specOf, task } from "./fixtures.ts";

const made = (kind: "mixture" | "sequence", ...of: string[]): ObjectiveSpec => ({
  kind,
  parts: of.map((objective) => ({ weight: 1 / of.length, objective })),
});

/** The jobs of a pre-training on an objective, a fine-tuning of it and one of the same model with fresh weights. */
function planned(
  objective: ObjectiveSpec,
  change: Partial<ModelSpec> = { architecture: "decoder" },
  pool: "mean" | "pooler" = "mean",
): Job[] {
  return jobsOf(
    specOf({
      objectives: { mixed: made("mixture", "clm", "prefix"), own: objective },
      models: { small: model(change) },
      tasks: { sentiment: task({ pool }) },
      pretrainings: { base: pretrain({ objective: "own" }) },
      finetunings: { tuned: finetune(), fresh: finetune({ from: { kind: "scratch", pretrain: "base" } }) },
    }),
  );
}

const readings = (jobs: readonly Job[]) => ofKind(jobs, "finetune").map((job) => job.model.readsPrefix ?? false);

describe("a fine-tuning reads as its pre-training did", () => {
  test.each<[string, ObjectiveSpec, boolean]>([
    ["causal", { kind: "causal" }, false],
    ["prefix", { kind: "prefix" }, true],
    ["spans behind the text", { kind: "span_corruption", rate: 0.15, meanSpan: 3 }, true],
    ["a mixture: what one of its parts teaches", made("mixture", "clm", "prefix"), true],
    ["a mixture without a prefix", made("mixture", "clm", "sentiment"), false],
    ["a sequence: what its last part leaves", made("sequence", "prefix", "clm"), false],
    ["a sequence that ends with a prefix", made("sequence", "clm", "prefix"), true],
    ["masked, which reads the whole text", masked, true],
    ["a sequence that ends with masked", made("sequence", "clm", "mlm"), true],
    ["a sequence that begins with masked", made("sequence", "mlm", "clm"), false],
    ["a sequence that ends with a task, which is read as before", made("sequence", "prefix", "sentiment"), true],
    ["a sequence that ends with a mixture", made("sequence", "clm", "mixed"), true],
    ["a task alone", { kind: "supervised", task: "sentiment" }, false],
  ])("%s", (_, objective, reads) => {
    expect(readings(planned(objective))).toEqual([reads, reads]);
  });

  test("an encoder-decoder has its prefix in the encoder", () => {
    expect(readings(planned({ kind: "prefix" }, { architecture: "encoder-decoder" }))).toEqual([false, false]);
  });

  test("a pooler's first token has then seen the text", () => {
    expect(readings(planned({ kind: "prefix" }, { architecture: "decoder" }, "pooler"))).toEqual([true, true]);
    expect(() => planned({ kind: "causal" }, { architecture: "decoder" }, "pooler")).toThrow(/its pooler reads the first token/);
  });
});
