import { describe, expect, it } from "vitest";
import { canonical, evaluateContent, finetuneContent, pretrainContent } from "#runtime/compile/fingerprint.ts";
import type { Job, ResolvedModel } from "#runtime/contract/plan.ts";
import type { OptimizerSpec, Spec } from "#runtime/contract/spec.ts";
import {
  compare,
  corpus,
  filesIn,
  finetune,
  jobsOf,
  masked,
  model,
  pretrain,
  settings,
  specOf,
  task,
  texts,
  tokenizer,
} from "./fixtures.ts";

/** A pre-training, a fine-tuning of it and a comparison that contains both. */
const change = () => ({ finetunings: { tuned: finetune() }, comparisons: { which: compare() } });
const spec = () => specOf(change());
const before = jobsOf(spec());

/** Kinds of the jobs that are in one plan and not in the other: what would run again. */
function again(jobs: readonly Job[]): string[] {
  const done = new Set(before.map(({ id }) => id));
  return [...new Set(jobs.filter(({ id }) => !done.has(id)).map(({ kind }) => kind))].sort();
}

it("has every kind of job to compare", () => {
  expect([...new Set(before.map(({ kind }) => kind))].sort()).toEqual([
    "compare",
    "contamination",
    "corpus",
    "encode",
    "finetune",
    "majority",
    "pretrain",
    "tokenizer",
  ]);
});

describe("nothing is run again", () => {
  it("when every declaration is renamed", () => {
    const { clm: _, mlm: __, ...others } = specOf().objectives;
    const renamed: Spec = {
      file: "/other.pretrain",
      corpora: { texts: corpus() },
      tokenizers: { words: tokenizer({ trainOn: "texts" }) },
      models: { tiny: model() },
      objectives: { ...others, lm: { kind: "causal" }, cloze: masked, sentiment: { kind: "supervised", task: "mood" } },
      tasks: { mood: task() },
      pretrainings: { first: pretrain({ model: "tiny", objective: "lm", corpus: "texts", tokenizer: "words" }) },
      finetunings: { adapted: finetune({ from: { kind: "pretrain", pretrain: "first" }, task: "mood" }) },
      probes: {},
      comparisons: {
        contest: compare({
          extends: "first",
          vary: [{ key: "objective", values: ["lm", "cloze"].map((name) => ({ label: name, value: name })) }],
          finetune: [{ ...settings({ task: "mood" }), seeds: [1] }],
        }),
      },
    };
    expect(again(jobsOf(renamed))).toEqual([]);
  });

  it("when documentation changes", () => {
    const documented = specOf({
      corpora: { speeches: corpus({ doc: "Speeches." }) },
      tokenizers: { pieces: tokenizer({ doc: "Pieces." }) },
      models: { small: model({ doc: "Small." }) },
      objectives: { mlm: { ...masked, doc: "Cloze." } },
      tasks: { sentiment: task({ doc: "Sentiment." }) },
      pretrainings: { base: pretrain({ doc: "Base." }) },
      finetunings: { tuned: finetune({ doc: "Tuned." }) },
      comparisons: { which: compare({ doc: "Which?" }) },
    });
    expect(again(jobsOf(documented))).toEqual([]);
  });

  it("when declarations are reordered", () => {
    const reversed = Object.fromEntries(
      Object.entries(spec()).map(([table, entries]) => [
        table,
        typeof entries === "string" ? entries : Object.fromEntries(Object.entries(entries).reverse()),
      ]),
    ) as unknown as Spec;
    expect(again(jobsOf(reversed))).toEqual([]);
  });

  it("when keys of a declaration are reordered", () => {
    expect(canonical({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(canonical({ b: [{ d: 3, c: 2 }], a: 1 }));
  });

  it("when patterns are listed in another order, or twice", () => {
    const patterns = specOf({ ...change(), corpora: { speeches: corpus({ files: ["/data/b.txt", "/data/*.txt"] }) } });
    expect(again(jobsOf(patterns))).toEqual([]);
  });

  it("when files move to another folder", () => {
    const moved = filesIn(Object.fromEntries(Object.entries(texts).map(([path, text]) => [path.replace("/data/", "/elsewhere/"), text])));
    const elsewhere = specOf({
      ...change(),
      corpora: { speeches: corpus({ files: ["/elsewhere/*.txt"] }) },
      tasks: { sentiment: task({ train: "/elsewhere/train.tsv", validation: "/elsewhere/dev.tsv", test: "/elsewhere/test.tsv" }) },
    });
    expect(again(jobsOf(elsewhere, undefined, { files: moved }))).toEqual([]);
  });

  it("when a run is watched or saved more often", () => {
    const watched = specOf({ ...change(), pretrainings: { base: pretrain({ evaluate: 1, save: { every: 10, keep: 3 } }) } });
    expect(again(jobsOf(watched))).toEqual([]);
  });

  it("but what is fine-tuned earlier, and the table, when a comparison gets checkpoints", () => {
    const jobs = jobsOf(specOf({ ...change(), comparisons: { which: compare({ checkpoints: [0.25, 0.5, 1] }) } }));
    expect(again(jobs)).toEqual(["compare", "finetune"]);
    const { cells } = jobs.find((job) => job.kind === "compare")!;
    const [run] = cells[0]!.runs;
    const pretraining = jobs.find(({ id }) => id === run!.pretrain) as Extract<Job, { kind: "pretrain" }>;
    const steps = [0.25, 0.5].map((share) => Math.round(share * pretraining.steps));
    expect(pretraining.keep).toEqual(steps);
    expect(run!.checkpoints!.map(({ share, step }) => [share, step])).toEqual([
      [0.25, steps[0]],
      [0.5, steps[1]],
    ]);
    const early = run!.checkpoints!.flatMap(({ finetunes }) => finetunes.map(({ job }) => jobs.find(({ id }) => id === job)));
    expect(early.map((job) => job?.kind === "finetune" && job.at)).toEqual(steps);
  });

  it("when a task says whose data it is", () => {
    expect(again(jobsOf(specOf({ ...change(), tasks: { sentiment: task({ benchmark: "sst2" }) } })))).toEqual([]);
  });

  it("but the comparison's table when other metrics are shown", () => {
    const shown = specOf({ ...change(), tasks: { sentiment: task({ metrics: ["matthews"] }) } });
    expect(again(jobsOf(shown))).toEqual(["compare"]);
  });
});

it("another fine-tuning where a decoder reads with a prefix, but the same pre-training and the same evaluation", () => {
  // a mark of the model that the objective alone decides
  const job = jobsOf(spec()).find((each) => each.kind === "finetune")!;
  const modelOf = (readsPrefix: boolean) => ({ ...job.model, ...(readsPrefix ? { readsPrefix } : {}) }) as ResolvedModel;
  const finetuned = (readsPrefix: boolean) => canonical(finetuneContent({ ...job, model: modelOf(readsPrefix), tokenizer: "t" }));
  const scored = (readsPrefix: boolean) => canonical(evaluateContent({ ...job, model: modelOf(readsPrefix), tokenizer: "t", batch: 1 }));
  expect(finetuned(true)).not.toBe(finetuned(false));
  expect(scored(true)).toBe(scored(false));
  const pretrainOf = (marked: boolean, objective: string) => {
    const objectives = {
      own: { kind: "mixture" as const, parts: ["prefix", objective].map((each) => ({ weight: 0.5, objective: each })) },
    };
    const job = jobsOf(specOf({ objectives, pretrainings: { base: pretrain({ objective: "own" }) } })).find(
      (each) => each.kind === "pretrain",
    )!;
    const { readsPrefix, ...plain } = job.model;
    expect(readsPrefix).toBe(true);
    return canonical(pretrainContent({ ...job, model: marked ? job.model : plain }, "e"));
  };
  expect(pretrainOf(true, "clm")).toBe(pretrainOf(false, "clm"));
  expect(pretrainOf(true, "sentiment")).not.toBe(pretrainOf(false, "sentiment"));
});

it("the same pre-training for a cooldown as a share and as that many steps, another for a longer one", () => {
  const jobOf = (over: Partial<OptimizerSpec>) =>
    jobsOf(specOf({ pretrainings: { base: pretrain({ optimizer: { ...pretrain().optimizer, ...over } as OptimizerSpec }) } })).find(
      (job) => job.kind === "pretrain",
    )!;
  const usual = jobOf({ schedule: "wsd" });
  const cooldown = (unit: "share" | "steps", value: number) => jobOf({ schedule: "wsd", cooldown: { unit, value } }).id;
  expect(cooldown("share", 0.1)).toBe(usual.id);
  expect(cooldown("steps", Math.round(0.1 * usual.steps))).toBe(usual.id);
  expect(cooldown("share", 0.5)).not.toBe(usual.id);
  expect(jobOf({ schedule: "constant" }).id).not.toBe(usual.id);
});

describe("only what depends on it is run again", () => {
  it("when a learning rate changes", () => {
    const faster = specOf({
      ...change(),
      pretrainings: { base: pretrain({ optimizer: { ...pretrain().optimizer, learningRate: 2e-3 } }) },
    });
    expect(again(jobsOf(faster))).toEqual(["compare", "finetune", "pretrain"]);
  });

  it("when a fine-tuning's learning rate changes", () => {
    const optimizer = { ...settings().optimizer, learningRate: 1e-5 };
    const gentler = specOf({ ...change(), finetunings: { tuned: finetune({ optimizer }) } });
    const jobs = jobsOf(gentler);
    expect(again(jobs)).toEqual(["finetune"]);
    expect(jobs.filter(({ id }) => !before.some((job) => job.id === id)).map(({ name }) => name)).toEqual(["tuned"]);
  });

  it("when a seed is added", () => {
    const jobs = jobsOf(specOf({ ...change(), comparisons: { which: compare({ seeds: [1, 2, 3] }) } }));
    const added = jobs.filter(({ id }) => !before.some((job) => job.id === id));
    expect(added.map(({ name }) => name)).toEqual([
      "which: clm, seed 3",
      "which: clm, seed 3, on sentiment",
      "which: scratch as clm, seed 3, on sentiment",
      "which: mlm, seed 3",
      "which: mlm, seed 3, on sentiment",
      "which: scratch as mlm, seed 3, on sentiment",
      "which",
    ]);
  });

  it("when the text changes: everything but the majority's answer", () => {
    const files = filesIn({ ...texts, "/data/a.txt": `${texts["/data/a.txt"]}!` });
    expect(again(jobsOf(spec(), undefined, { files }))).toEqual([
      "compare",
      "contamination",
      "corpus",
      "encode",
      "finetune",
      "pretrain",
      "tokenizer",
    ]);
  });

  it("when the task's data change: what was fine-tuned on them", () => {
    const files = filesIn({ ...texts, "/data/train.tsv": `${texts["/data/train.tsv"]}\none more\tgood` });
    expect(again(jobsOf(spec(), undefined, { files }))).toEqual(["compare", "contamination", "finetune", "majority"]);
  });

  it.each([
    ["removal of repeats", { deduplicate: "near" }],
    ["a limit", { limit: { unit: "tokens", value: 1000 } }],
  ] as const)("everything, with %s", (_, asked) => {
    const changed = specOf({ ...change(), corpora: { speeches: corpus(asked) } });
    expect(again(jobsOf(changed))).toContain("corpus");
  });

  it("when the same bytes are read as another format, or another column is", () => {
    const bytes = Object.values(texts)[0]!;
    const made = (files: string, column: string | null) =>
      jobsOf(specOf({ ...change(), corpora: { speeches: corpus({ files: [files], column }) } }), undefined, {
        files: filesIn({ ...texts, "/data/x.jsonl": bytes, "/data/x.md": bytes }),
      }).find(({ kind }) => kind === "corpus")!.fingerprint;
    const prints = [made("/data/x.md", null), made("/data/x.jsonl", null), made("/data/x.jsonl", "body")];
    expect(new Set(prints).size).toBe(3);
    expect(made("/data/x.jsonl", "text")).toBe(made("/data/x.jsonl", null));
  });

  it("when the vocabulary changes: everything after the corpus", () => {
    const larger = specOf({ ...change(), tokenizers: { pieces: tokenizer({ vocabulary: 2000 }) } });
    expect(again(jobsOf(larger))).toEqual(["compare", "encode", "finetune", "pretrain", "tokenizer"]);
  });

  it("when the roles of a task's files change", () => {
    const swapped = specOf({ ...change(), tasks: { sentiment: task({ validation: "/data/test.tsv", test: "/data/dev.tsv" }) } });
    expect(again(jobsOf(swapped))).toEqual(["compare", "contamination", "finetune", "majority"]);
  });
});

it("names a job's folder by kind and fingerprint", () => {
  for (const job of before) {
    expect(job.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(job.id).toBe(`${job.kind}-${job.fingerprint.slice(0, 16)}`);
  }
});

it("describes a comparison by its comment, and nothing else: comments are not settings", () => {
  const documented = spec();
  for (const table of [
    documented.corpora,
    documented.tokenizers,
    documented.models,
    documented.objectives,
    documented.tasks,
    documented.pretrainings,
    documented.finetunings,
    documented.comparisons,
  ])
    for (const declared of Object.values(table)) declared.doc = "what a comment says";
  const said = jobsOf(documented).filter((job) => JSON.stringify(job).includes("what a comment says"));
  expect(said.map(({ kind }) => kind)).toEqual(["compare"]);
});
