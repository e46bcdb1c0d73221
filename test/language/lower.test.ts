import { describe, expect, expectTypeOf, test } from "vitest";
import type { ObjectiveSpec, Spec } from "#runtime/contract/spec.ts";
import { masked } from "../compile/fixtures.ts";
import { analyseText } from "./project.ts";

async function specOf(text: string, files?: Record<string, string>): Promise<Spec> {
  const { analysis, folder } = await analyseText(text, files);
  expect(analysis.problems).toEqual([]);
  return JSON.parse(JSON.stringify(analysis.spec).replaceAll(folder, "FOLDER"));
}

const base = `corpus c { files: "a.txt" }
tokenizer k { kind: bytes, train on: c }
model m {}
task t = classification { train: "t.tsv" }
pretrain p { model: m, objective: causal, corpus: c, tokenizer: k, budget: 1 step, optimizer: adamw { learning_rate: 2e-3, schedule: linear } }
`;

describe("defaults come from the catalogue", () => {
  test("of every kind of declaration", async () => {
    expect(await specOf(`${base}finetune f { from: p, task: t }\ncompare x { extends: p, vary batch: [1, 2] }`)).toMatchSnapshot();
  });

  test("a gated activation has two thirds of the width, in whole eights", async () => {
    const { models } = await specOf(
      "model a { hidden: 64 }\nmodel b { hidden: 64, activation: swiglu }\nmodel c { hidden: 64, feed_forward: 100 }",
    );
    expect([models.a?.feedForward, models.b?.feedForward, models.c?.feedForward]).toEqual([256, 176, 100]);
  });

  test("fine-tuning has a learning rate of its own, which what is written replaces", async () => {
    const { finetunings } = await specOf(
      `${base}finetune a { from: p, task: t }\nfinetune b { from: p, task: t, optimizer: adamw { schedule: constant } }\nfinetune d { from: p, task: t, optimizer: adamw { learning_rate: 1e-5 } }`,
    );
    expect(Object.values(finetunings).map(({ optimizer }) => [optimizer.learningRate, optimizer.schedule])).toEqual([
      [3e-4, "cosine"],
      [3e-4, "constant"],
      [1e-5, "cosine"],
    ]);
  });
});

describe("numbers", () => {
  test.each([
    ["5M tokens", { unit: "tokens", value: 5_000_000 }],
    ["1e13 flops", { unit: "flops", value: 1e13 }],
    ["1.5G flops", { unit: "flops", value: 1.5e9 }],
    ["2T", { unit: "tokens", value: 2e12 }],
    ["8k steps", { unit: "steps", value: 8000 }],
    ["1 epoch", { unit: "epochs", value: 1 }],
    ["0.5 epochs", { unit: "epochs", value: 0.5 }],
  ])("budget: %s", async (text, budget) => {
    expect((await specOf(`${base}pretrain q { extends: p, budget: ${text} }`)).pretrainings.q?.budget).toEqual(budget);
  });

  test("a percentage is what its fraction is", async () => {
    const { objectives } = await specOf("objective a = masked { rate: 15% }\nobjective b = masked { rate: 0.15 }");
    expect(objectives.a).toEqual(objectives.b);
  });

  test("a margin is in points of a percentage, or in the metric's own unit", async () => {
    const expecting = (text: string) =>
      specOf(`${base}compare x { extends: p, vary batch: [1, 2], finetune: { task: t }, expect: ${text} }`);
    const margins = ["1 = 2 within 1.5 on t.f1", "1 = 2 within 2% on t.f1", "1 = 2 within 0.1 on t.brier", "1 = 2 on t.f1"].map(
      async (text) => (await expecting(text)).comparisons.x?.expect[0]?.margin,
    );
    expect(await Promise.all(margins)).toEqual([0.015, 0.02, 0.1, undefined]);
  });

  test("checkpoints are shares, and a benchmark is a name", async () => {
    const { comparisons, tasks } = await specOf(
      `${base}task s = classification { train: "t.tsv", benchmark: sst2 }\ncompare x { extends: p, vary batch: [1, 2], finetune: { task: s }, checkpoints: [25%, 0.5] }`,
    );
    expect(comparisons.x?.checkpoints).toEqual([0.25, 0.5]);
    expect([tasks.s?.benchmark, tasks.t && "benchmark" in tasks.t]).toEqual(["sst2", false]);
  });

  test("the next key is no unit, on its line or on the next", async () => {
    const { models } = await specOf("model a { layers: 2 heads: 2 }\nmodel b {\n  layers: 2\n  heads: 2\n}");
    expect([models.a?.layers, models.a?.heads]).toEqual([2, 2]);
    expect(models.b).toEqual(models.a);
  });

  test("a noun may follow what is counted", async () => {
    expect((await specOf(`${base}pretrain q { extends: p, batch: 16 sequences }`)).pretrainings.q?.batch).toBe(16);
  });
});

describe("extends", () => {
  test("replaces setting by setting, through several levels", async () => {
    const { pretrainings } = await specOf(
      `${base}pretrain q { extends: p, seed: 7, optimizer: adamw { learning_rate: 1e-4 } }\npretrain r { extends: q, optimizer: adamw { beta2: 0.95 } }`,
    );
    expect(pretrainings.q).toEqual({
      ...pretrainings.p,
      seed: 7,
      optimizer: { ...pretrainings.p?.optimizer, learningRate: 1e-4 },
    });
    expect(pretrainings.r).toEqual({ ...pretrainings.q, optimizer: { ...pretrainings.q?.optimizer, beta2: 0.95 } });
  });

  test("replaces an objective in place whole", async () => {
    const { pretrainings, objectives } = await specOf(
      `${base}pretrain q { extends: p, objective: masked { mask: 100%, random: 0%, keep: 0% } }\npretrain r { extends: q, objective: masked { rate: 40% } }`,
    );
    expect(objectives[pretrainings.r?.objective ?? ""]).toMatchObject({ kind: "masked", rate: 0.4, mask: 0.8 });
  });

  test("merges blocks and options of declarations with =", async () => {
    const { corpora, objectives, tasks } = await specOf(`corpus c { files: "a.txt", split: { validation: 10%, test: 20% } }
corpus d { extends: c, split: { test: 0% } }
objective a = masked { rate: 40%, mask: 100%, random: 0%, keep: 0% }
objective b = masked { extends: a, rate: 20% }
objective x = mixture { 50%: a, 50%: b }
objective y = mixture { extends: x, 100%: causal }
task t = classification { train: "t.tsv", label: kind }
task u = classification { extends: t, text: body }`);
    expect(corpora.d).toEqual({ ...corpora.c, split: { by: "document", validation: 0.1, test: 0 } });
    expect(objectives.b).toEqual({ ...objectives.a, rate: 0.2 });
    expect(objectives.y).toEqual({ kind: "mixture", parts: [{ weight: 1, objective: "causal" }] });
    expect(tasks.u).toEqual({ ...tasks.t, text: "body" });
  });
});

describe("import", () => {
  test("brings declarations through several files; paths start where they are written", async () => {
    const { corpora } = await specOf('import "shared/one.pretrain"\ncorpus here { extends: far, documents: line }', {
      "shared/one.pretrain": 'import "deep/two.pretrain"',
      "shared/deep/two.pretrain": 'corpus far { files: ["x.txt", "../../a.txt"] }',
      "shared/deep/x.txt": "a",
    });
    const files = ["FOLDER/shared/deep/x.txt", "FOLDER/a.txt"];
    expect([corpora.far?.files, corpora.here?.files]).toEqual([files, files]);
    expect(corpora.here?.documents).toBe("line");
  });

  test("of one file on two ways is one file", async () => {
    const spec = await specOf('import "one.pretrain"\nimport "two.pretrain"\nmodel c { extends: m }', {
      "one.pretrain": 'import "shared.pretrain"',
      "two.pretrain": 'import "shared.pretrain"',
      "shared.pretrain": "model m { layers: 2 }",
    });
    expect(Object.keys(spec.models)).toEqual(["c", "m"]);
  });
});

describe("objectives in place", () => {
  test("have their own text as their key, whatever its layout", async () => {
    const { comparisons, objectives } = await specOf(
      `${base}compare x { extends: p, vary objective: [causal, t, masked{rate:40%}, mixture {\n  50%: masked { rate:   40% }\n  50%: prefix\n}, supervised { task: t }] }`,
    );
    const keys = ["causal", "t", "masked { rate: 40% }", "mixture { 50%: masked { rate: 40% }, 50%: prefix }", "supervised { task: t }"];
    expect(comparisons.x?.vary).toEqual([{ key: "objective", values: keys.map((key) => ({ label: key, value: key })) }]);
    expect(Object.keys(objectives).sort()).toEqual([...keys, "prefix"].sort());
    expect(objectives.t).toEqual({ kind: "supervised", task: "t" });
    expect(objectives[keys[3] ?? ""]).toMatchObject({
      parts: [
        { weight: 0.5, objective: "masked { rate: 40% }" },
        { weight: 0.5, objective: "prefix" },
      ],
    });
  });
});

test("a comparison varies numbers, budgets and names, in a grid", async () => {
  const { comparisons } = await specOf(
    `${base}compare x { extends: p, vary learning_rate: [1e-3, 3e-4], vary budget: [1k steps, 5M tokens], vary batch: 16, vary model: [m] }`,
  );
  expect(comparisons.x?.vary).toEqual([
    {
      key: "learning_rate",
      values: [
        { label: "1e-3", value: 1e-3 },
        { label: "3e-4", value: 3e-4 },
      ],
    },
    {
      key: "budget",
      values: [
        { label: "1k steps", value: { unit: "steps", value: 1000 } },
        { label: "5M tokens", value: { unit: "tokens", value: 5e6 } },
      ],
    },
    { key: "batch", values: [{ label: "16", value: 16 }] },
    { key: "model", values: [{ label: "m", value: "m" }] },
  ]);
});

test("the ways to say what is trained, from where, when, with which seeds", async () => {
  const { finetunings, pretrainings, comparisons } = await specOf(`${base}
finetune a { from: scratch { like: p }, task: t, train: last 2 layers }
finetune b { from: a_run, task: t, train: lora { rank: 4 }, optimizer: adamw { warmup: 10 steps, clip: 0 } }
pretrain a_run { extends: p, evaluate: every 50 steps, save: every 100, keep 3 }
compare x { extends: p, vary batch: [1, 2], seeds: [1, 5], finetune: [{ task: t, seeds: 1..2 }, { task: t, seeds: [7] }] }`);
  expect(finetunings.a).toMatchObject({ from: { kind: "scratch", pretrain: "p" }, train: { kind: "last", layers: 2 } });
  expect(finetunings.b).toMatchObject({ from: { kind: "pretrain", pretrain: "a_run" }, train: { kind: "lora", rank: 4, alpha: 16 } });
  expect(finetunings.b?.optimizer).toMatchObject({ warmup: { unit: "steps", value: 10 }, clip: null, learningRate: 3e-4 });
  expect(pretrainings.a_run).toMatchObject({ evaluate: 50, save: { every: 100, keep: 3 } });
  expect(comparisons.x).toMatchObject({ seeds: [1, 5], finetune: [{ seeds: [1, 2] }, { seeds: [7] }] });
});

test("a doc comment belongs to what it touches, or to the file", async () => {
  const spec = await specOf(
    "/** Which is best? */\n\n/** Small.\n *  Quick. */\nmodel a {}\n/** Far. */\n\nmodel b {}\n// none\nmodel c {}",
  );
  expect([spec.doc, spec.models.a?.doc, spec.models.b?.doc, spec.models.c?.doc]).toEqual([
    undefined,
    "Small.\n Quick.",
    undefined,
    undefined,
  ]);
  expect((await specOf("/** Which is best? */\n\nmodel a {}")).doc).toBe("Which is best?");
});

test("what is broken is left out with what needs it; the rest is there", async () => {
  const { analysis } = await analyseText(
    `${base}model n { layers: none }\npretrain q { extends: p, model: n }\ncompare x { extends: q, vary batch: [1, 2] }`,
  );
  expect(analysis.problems.map(({ code }) => code)).toEqual(["wrong-type"]);
  expect(Object.keys({ ...analysis.spec?.models, ...analysis.spec?.pretrainings, ...analysis.spec?.comparisons })).toEqual(["m", "p"]);
});

test("an objective's settings are the keys of its catalogue entry; what newer keys usually are is left out", async () => {
  const { objectives } = await specOf(
    "objective a = masked\nobjective b = masked { whole_words: true, sentences: next }\nobjective c = prefix\nobjective d = prefix { rate: 25% }\nobjective e = sequence { 50%: a, 50%: c, reset_optimizer: true }\nobjective f = sequence { 50%: a, 50%: c }",
  );
  const parts = ["a", "c"].map((objective) => ({ weight: 0.5, objective }));
  expect(objectives).toEqual({
    a: masked,
    b: { ...masked, wholeWords: true, sentences: "next" },
    c: { kind: "prefix" },
    d: { kind: "prefix", rate: 0.25 },
    e: { kind: "sequence", parts, resetOptimizer: true },
    f: { kind: "sequence", parts },
  });
});

test("the specification's types follow from the catalogue", () => {
  expectTypeOf<Extract<ObjectiveSpec, { kind: "span_corruption" }>>().toMatchTypeOf<{
    rate: number;
    meanSpan: number;
    replace?: "mask" | "masks" | "drop";
    target?: "text";
  }>();
  expectTypeOf<Extract<ObjectiveSpec, { kind: "sequence" }>["resetOptimizer"]>().toEqualTypeOf<true | undefined>();
});

test("a flag of an optimiser is varied", async () => {
  const { comparisons } = await specOf(
    `${base}pretrain q { extends: p, optimizer: adafactor {} }\ncompare x { extends: q, vary scale_parameter: [true, false], vary schedule: [linear, cosine] }`,
  );
  expect(comparisons.x?.vary[0]?.values).toEqual([true, false].map((value) => ({ label: String(value), value })));
});

test("a cooldown is a share or steps, with a shape only where it is another than a line", async () => {
  const { pretrainings, comparisons } = await specOf(`${base}pretrain q { extends: p, optimizer: adamw { schedule: wsd, cooldown: 20% } }
pretrain r { extends: q, optimizer: adamw { cooldown: 5 steps, cooldown_shape: sqrt } }
compare x { extends: q, vary cooldown: [10%, 30 steps] }`);
  expect(pretrainings.p?.optimizer).not.toHaveProperty("cooldown");
  expect(pretrainings.q?.optimizer).toMatchObject({ schedule: "wsd", cooldown: { unit: "share", value: 0.2 } });
  expect(pretrainings.q?.optimizer).not.toHaveProperty("cooldownShape");
  expect(pretrainings.r?.optimizer).toMatchObject({ cooldown: { unit: "steps", value: 5 }, cooldownShape: "sqrt" });
  expect(comparisons.x?.vary[0]?.values.map(({ value }) => value)).toEqual([
    { unit: "share", value: 0.1 },
    { unit: "steps", value: 30 },
  ]);
});

test("label smoothing and z-loss leave no trace where they are zero, and are varied", async () => {
  const { pretrainings, comparisons } = await specOf(`${base}pretrain q { extends: p, label_smoothing: 10%, z_loss: 1e-4, ema: 0.99 }
pretrain r { extends: q, z_loss: 0, ema: 0 }
compare x { extends: q, vary label_smoothing: [0%, 20%] }`);
  expect(pretrainings.p).not.toHaveProperty("labelSmoothing");
  expect(pretrainings.q).toEqual({ ...pretrainings.p, labelSmoothing: 0.1, zLoss: 1e-4, ema: 0.99 });
  expect(pretrainings.r).toEqual({ ...pretrainings.p, labelSmoothing: 0.1 });
  expect(comparisons.x?.vary[0]?.values.map(({ value }) => value)).toEqual([0, 0.2]);
});
