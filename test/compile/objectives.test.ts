import { describe, expect, test } from "vitest";
import { mixingRates } from "#runtime/compile/resolve.ts";
import { scoresOf } from "#runtime/compile/scores-of-objectives.ts";
import type { ObjectiveSpec, TaskSpec } from "#runtime/contract/spec.ts";
import { compare, compiled, encoded, jobsOf, masked, model, objectives, ofKind, pretrain, specOf, task } from "./fixtures.ts";

describe("mixing by size, Raffel et al. 2020, section 3.5.2", () => {
  test("in proportion to the examples", () => {
    expect(mixingRates([100, 300], { temperature: 1, limit: null })).toEqual([0.25, 0.75]);
  });

  test("a limit on the size of a part", () => {
    expect(mixingRates([100, 300, 1e9], { temperature: 1, limit: 200 })).toEqual([0.2, 0.4, 0.4]);
  });

  test("a temperature takes the root of the rates, after the limit", () => {
    const [a, b] = mixingRates([100, 1e6], { temperature: 2, limit: 400 });
    expect(a).toBeCloseTo(1 / 3, 12);
    expect(b).toBeCloseTo(2 / 3, 12);
    expect(mixingRates([1, 1000], { temperature: 1e9, limit: null })[0]).toBeCloseTo(0.5, 6);
  });

  test("in a plan: a task by its training examples, text by its sequences", () => {
    const objectives: Record<string, ObjectiveSpec> = {
      mix: {
        kind: "mixture",
        parts: ["mlm", "sentiment"].map((objective) => ({ weight: 0.5, objective })),
        bySize: { temperature: 1, limit: null },
      },
    };
    const spec = specOf({ objectives, pretrainings: { base: pretrain({ objective: "mix" }) } });
    const [job] = ofKind(jobsOf(spec), "pretrain");
    const parts = job!.objective.kind === "mixture" ? job!.objective.parts : [];
    const sequences = Math.ceil(encoded.splits.train.tokens / spec.models.small!.context);
    const [text, task] = parts.map(({ weight }) => weight);
    expect(text! + task!).toBeCloseTo(1, 12);
    // the fixture determines the task's rows; the two rates are in the ratio of the two sizes
    const examples = (sequences * task!) / text!;
    expect(examples).toBeCloseTo(Math.round(examples), 6);
    expect(examples).toBeGreaterThan(1);
  });

  test("before the corpus is encoded its size is an estimate, and the plan says so", () => {
    const objectives: Record<string, ObjectiveSpec> = {
      mix: {
        kind: "mixture",
        parts: [
          { weight: 0.5, objective: "mlm" },
          { weight: 0.5, objective: "sentiment" },
        ],
        bySize: { temperature: 2, limit: null },
      },
    };
    const spec = specOf({ objectives, pretrainings: { base: pretrain({ objective: "mix" }) } });
    expect(compiled(spec, "base", { known: () => null }).estimated).toHaveLength(1);
  });
});

test("a sequence that resets its optimiser is another run than one that keeps it, and its warm-up counts", () => {
  const fingerprintOf = (resetOptimizer: boolean, warmup: { unit: "share" | "steps"; value: number }) => {
    const phases: ObjectiveSpec = {
      kind: "sequence",
      parts: [
        { weight: 0.5, objective: "clm" },
        { weight: 0.5, objective: "prefix" },
      ],
      ...(resetOptimizer ? { resetOptimizer: true } : {}),
    };
    const base = pretrain({ objective: "phases", budget: { unit: "steps", value: 100 } });
    const spec = specOf({ objectives: { phases }, pretrainings: { base: { ...base, optimizer: { ...base.optimizer, warmup } } } });
    return ofKind(jobsOf(spec), "pretrain")[0]!.fingerprint;
  };
  const [share, steps] = [
    { unit: "share", value: 0.1 },
    { unit: "steps", value: 10 },
  ] as const;
  expect(fingerprintOf(true, share)).not.toBe(fingerprintOf(false, share));
  expect(fingerprintOf(true, share)).not.toBe(fingerprintOf(true, steps));
  expect(fingerprintOf(false, share)).toBe(fingerprintOf(false, steps));
});

describe("mistakes", () => {
  const codesOf = (objectives: Record<string, ObjectiveSpec>, objective: string, over: Parameters<typeof model>[0] = {}) =>
    compiled(specOf({ objectives, models: { small: model(over) }, pretrainings: { base: pretrain({ objective }) } })).problems.map(
      ({ code, path }) => `${code} ${path.join(".")}`,
    );
  const denoising: ObjectiveSpec = { kind: "denoising", infill: 0.3, delete: 0, mask: 0, permuteSentences: false, rotate: false };
  const contrastive: ObjectiveSpec = { kind: "contrastive", views: "dropout", temperature: 0.05, pool: "mean" };
  const phases: ObjectiveSpec = { kind: "sequence", parts: [{ weight: 1, objective: "clm" }], resetOptimizer: true };

  test("noises that hide more than there is, and none at all", () => {
    expect(codesOf({ bart: { ...denoising, delete: 0.5, mask: 0.3 } }, "bart")).toEqual(["noises-above-all objectives.bart.infill"]);
    expect(codesOf({ bart: { ...denoising, infill: 0 } }, "bart")).toEqual(["no-noise objectives.bart.infill"]);
    expect(codesOf({ bart: { ...denoising, infill: 0, rotate: true } }, "bart")).toEqual([]);
  });

  test("views by dropout of a model without it", () => {
    expect(codesOf({ views: contrastive }, "views")).toEqual(["views-without-dropout pretrainings.base.objective"]);
    expect(codesOf({ views: contrastive }, "views", { dropout: 0.1 })).toEqual([]);
    expect(codesOf({ views: { ...contrastive, views: "neighbours" } }, "views")).toEqual([]);
  });

  test("a generator whose heads do not divide its width", () => {
    const rtd: ObjectiveSpec = { kind: "replaced_token", rate: 0.15, generator: 0.25, weight: 50 };
    expect(codesOf({ rtd }, "rtd", { hidden: 60, heads: 6 })).toEqual(["generator-does-not-fit pretrainings.base.objective"]);
    expect(codesOf({ rtd }, "rtd", { hidden: 64, heads: 4 })).toEqual([]);
  });

  test("pairs of sentences of an encoder-decoder, whose decoder writes the whole text", () => {
    const pairs: ObjectiveSpec = { ...masked, sentences: "order" };
    expect(codesOf({ pairs }, "pairs", { architecture: "encoder-decoder" })).toEqual(["pairs-need-encoder pretrainings.base.objective"]);
    expect(codesOf({ pairs }, "pairs")).toEqual([]);
    expect(codesOf({ pairs }, "pairs", { architecture: "decoder" })).toEqual([]);
  });

  test("a fresh optimiser for a part that is not a stretch of steps", () => {
    const mix: ObjectiveSpec = {
      kind: "mixture",
      parts: [
        { weight: 0.5, objective: "phases" },
        { weight: 0.5, objective: "clm" },
      ],
    };
    expect(codesOf({ phases, mix }, "mix")).toEqual(["reset-inside objectives.mix.0"]);
    expect(codesOf({ phases }, "phases")).toEqual([]);
  });

  test("a mismatch is reported with what would fit", () => {
    const { problems } = compiled(
      specOf({
        objectives: { bart: denoising },
        models: { small: model({ architecture: "decoder" }) },
        pretrainings: { base: pretrain({ objective: "bart" }) },
      }),
    );
    expect(problems).toMatchObject([{ code: "architecture-mismatch", fixes: expect.arrayContaining(["clm"]) }]);
  });
});

test("pseudo-perplexity is a score of what fills in gaps, not of a decoder that writes the whole text", () => {
  const metricsOf = (architecture: "encoder" | "encoder-decoder") => {
    const comparisons = { which: compare({ vary: objectives("mlm", "again"), finetune: [], baselines: [] }) };
    const again: ObjectiveSpec = { ...masked, rate: 0.3 };
    return scoresOf(specOf({ objectives: { again }, models: { small: model({ architecture }) }, comparisons }), "which")[0]?.metrics;
  };
  expect(metricsOf("encoder")).toEqual(["pseudo_perplexity", "loss"]);
  expect(metricsOf("encoder-decoder")).toEqual(["loss"]);
});

describe("a task that is answered by writing, as an objective", () => {
  const { text: _, second: __, label: ___, pool: ____, ...data } = task();
  const translation: TaskSpec = {
    ...data,
    kind: "translation",
    source: "sentence",
    target: "polarity",
    prefix: "",
    beams: 1,
    longest: 20,
    metrics: [],
  };
  const specWith = (architecture: "auto" | "encoder" | "decoder", objective = "mt") =>
    specOf({
      tasks: { pairs: translation },
      objectives: {
        mt: { kind: "supervised", task: "pairs" },
        both: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.5, objective: "mt" },
          ],
        },
      },
      models: { small: model({ architecture }) },
      pretrainings: { base: pretrain({ objective }) },
    });
  const architectureOf = (...given: Parameters<typeof specWith>) => ofKind(jobsOf(specWith(...given)), "pretrain")[0]!.model.architecture;

  test("takes an encoder-decoder, or a decoder where the model or the other parts want one", () => {
    expect([architectureOf("auto"), architectureOf("decoder"), architectureOf("auto", "both")]).toEqual([
      "encoder-decoder",
      "decoder",
      "decoder",
    ]);
  });

  test("does not fit an encoder", () => {
    expect(compiled(specWith("encoder")).problems).toMatchObject([
      { code: "architecture-mismatch", path: ["pretrainings", "base", "objective"] },
    ]);
  });
});

/** The ●/○ table of objectives and architectures: the first is what `auto` takes. */
test.each<[ObjectiveSpec, string]>([
  [{ kind: "causal" }, "decoder"],
  [{ kind: "prefix" }, "decoder"],
  [masked, "encoder"],
  [{ kind: "span_corruption", rate: 0.15, meanSpan: 3 }, "encoder-decoder"],
  [{ kind: "denoising", infill: 0.3, delete: 0, mask: 0, permuteSentences: false, rotate: false }, "encoder-decoder"],
  [{ kind: "deshuffling" }, "encoder-decoder"],
  [{ kind: "replaced_token", rate: 0.15, generator: 0.5, weight: 50 }, "encoder"],
  [{ kind: "contrastive", views: "neighbours", temperature: 0.05, pool: "mean" }, "encoder"],
])("architecture: auto of %o is %s", (objective, architecture) => {
  const spec = specOf({ objectives: { own: objective }, pretrainings: { base: pretrain({ objective: "own" }) } });
  expect(ofKind(jobsOf(spec), "pretrain")[0]!.model.architecture).toBe(architecture);
});
