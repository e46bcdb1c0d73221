import { describe, expect, it } from "vitest";
import { firstStage } from "#runtime/compile/compile.ts";
import type { Job } from "#runtime/contract/plan.ts";
import {
  compare,
  compiled,
  corpus,
  encoded,
  files,
  filesIn,
  finetune,
  jobsOf,
  model,
  objectives,
  ofKind,
  pretrain,
  settings,
  specOf,
  task,
  texts,
  tokenizer,
} from "./fixtures.ts";

function countByKind(jobs: readonly Job[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of jobs) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe("a plan", () => {
  const everything = specOf({ finetunings: { tuned: finetune() }, comparisons: { which: compare() } });

  it("puts every job after those it needs", () => {
    const seen = new Set<string>();
    for (const job of jobsOf(everything)) {
      for (const input of job.after) expect(seen).toContain(input);
      seen.add(job.id);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it("shares jobs between a pre-training, its fine-tuning and a comparison", () => {
    const jobs = jobsOf(everything);
    // clm under seed 1 is `base` and its fine-tuning is `tuned`; both keep their own names
    expect(ofKind(jobs, "pretrain").map(({ name }) => name)).toEqual([
      "base",
      "which: mlm, seed 1",
      "which: clm, seed 2",
      "which: mlm, seed 2",
    ]);
    expect(ofKind(jobs, "finetune").map(({ name }) => name)).toContain("tuned");
    expect(ofKind(jobs, "finetune").map(({ name }) => name)).not.toContain("which: clm, seed 1, on sentiment");
  });

  it("shares pre-training between two comparisons", () => {
    const rates = [1e-3, 1e-4].map((value) => ({ label: `${value}`, value }));
    const two = specOf({ comparisons: { which: compare(), rate: compare({ vary: [{ key: "learning_rate", values: rates }] }) } });
    const [which, rate] = ["which", "rate"].map((name) => ofKind(jobsOf(two, name), "pretrain").length);
    // both contain clm at 1e-3 under seeds 1 and 2
    expect(ofKind(jobsOf(two), "pretrain")).toHaveLength(which! + rate! - 2);
  });

  it("fills in what the objective decides", () => {
    const carried = (objective: string) =>
      ofKind(jobsOf(specOf({ pretrainings: { base: pretrain({ objective }) } }), "base"), "pretrain")[0]?.model.architecture;
    expect(["clm", "prefix", "mlm", "t5", "sentiment"].map(carried)).toEqual([
      "decoder",
      "decoder",
      "encoder",
      "encoder-decoder",
      "encoder",
    ]);
  });

  it("gives a mixture the architecture that its parts have in common", () => {
    const mixture = (...names: string[]) => {
      const parts = names.map((objective) => ({ weight: 1 / names.length, objective }));
      const spec = specOf({ objectives: { mix: { kind: "mixture", parts } }, pretrainings: { base: pretrain({ objective: "mix" }) } });
      return ofKind(jobsOf(spec, "base"), "pretrain")[0]?.model.architecture;
    };
    expect(mixture("t5", "clm", "prefix")).toBe("decoder");
    expect(mixture("t5", "prefix")).toBe("encoder-decoder");
    expect(mixture("prefix", "t5")).toBe("decoder");
    // one set of weights, read from left to right by one part and in both directions by the other
    expect(mixture("clm", "mlm")).toBe("decoder");
    expect(mixture("mlm", "clm")).toBe("decoder");
    // a decoder carries masked where nothing more usual carries all parts
    expect(mixture("prefix", "mlm")).toBe("encoder-decoder");
    // a task fits everything, so the objective over text decides
    expect(mixture("sentiment", "t5")).toBe("encoder-decoder");
  });

  it("writes what an objective refers to in place", () => {
    const spec = specOf({
      objectives: {
        early: {
          kind: "sequence",
          parts: [
            { weight: 0.75, objective: "clm" },
            { weight: 0.25, objective: "sentiment" },
          ],
        },
      },
      pretrainings: { base: pretrain({ objective: "early" }) },
    });
    expect(ofKind(jobsOf(spec, "base"), "pretrain")[0]?.objective).toMatchObject({
      kind: "sequence",
      parts: [
        { weight: 0.75, name: "clm", objective: { kind: "causal" } },
        { weight: 0.25, name: "sentiment", objective: { kind: "supervised", task: { labels: ["bad", "good"], train: "/data/train.tsv" } } },
      ],
    });
  });

  it("records its input files with size and content", () => {
    expect(ofKind(jobsOf(specOf()), "corpus")[0]?.files).toEqual([
      { path: "/data/a.txt", ...files.fingerprint("/data/a.txt") },
      { path: "/data/b.txt", ...files.fingerprint("/data/b.txt") },
    ]);
  });
});

describe("a goal", () => {
  it("takes what it needs and no more", () => {
    const spec = specOf({ finetunings: { tuned: finetune() }, comparisons: { which: compare() } });
    const names = (goal: string) => jobsOf(spec, goal).map(({ name }) => name);
    expect(names("speeches")).toEqual(["speeches"]);
    expect(names("pieces")).toEqual(["speeches", "pieces"]);
    expect(names("base")).toEqual(["speeches", "pieces", "speeches in pieces", "base"]);
    expect(names("tuned")).toEqual(["speeches", "pieces", "speeches in pieces", "base", "tuned"]);
  });

  it("is not stopped by mistakes elsewhere", () => {
    const spec = specOf({ models: { broken: model({ heads: 5 }) }, pretrainings: { other: pretrain({ model: "broken" }) } });
    expect(compiled(spec, "base").problems).toEqual([]);
    expect(compiled(spec, "base").plan).not.toBeNull();
    expect(compiled(spec, "other").plan).toBeNull();
    expect(compiled(spec).plan).toBeNull();
  });

  it("must be something that runs", () => {
    expect(compiled(specOf(), "small").problems).toMatchObject([{ code: "nothing-to-run", path: ["models", "small", "name"] }]);
    const { problems } = compiled(specOf(), "bace");
    expect(problems[0]?.message).toBe("There is no declaration bace. Name one of speeches, pieces, base.");
  });

  it("leaves out of a comparison what the file could not say", () => {
    const spec = specOf({
      objectives: {
        mix: {
          kind: "mixture",
          parts: [
            { weight: 0.5, objective: "clm" },
            { weight: 0.5, objective: "bart" },
          ],
        },
      },
      comparisons: { which: compare({ vary: objectives("clm", "bart", "prefix", "mix") }) },
    });
    const { plan, problems } = compiled(spec, "which");
    expect(ofKind(plan!.jobs, "compare")[0]?.cells.map(({ cell }) => cell)).toEqual(["clm", "prefix"]);
    expect(problems).toMatchObject([
      { severity: "warning", code: "cell-left-out", path: ["comparisons", "which", "vary objective", 1] },
      { severity: "warning", code: "cell-left-out", path: ["comparisons", "which", "vary objective", 3] },
    ]);
  });

  it("is refused where a name does not resolve", () => {
    const { plan, problems } = compiled(specOf({ pretrainings: { base: pretrain({ objective: "bart" }) } }), "base");
    expect(plan).toBeNull();
    expect(problems).toMatchObject([{ code: "unresolved-reference", path: ["pretrainings", "base", "objective"] }]);
  });
});

describe("a comparison", () => {
  /** As in the example: five cells that can run, five seeds, both baselines. */
  const example = specOf({
    objectives: {
      ul2: {
        kind: "mixture",
        parts: [
          { weight: 0.5, objective: "t5" },
          { weight: 0.25, objective: "clm" },
          { weight: 0.25, objective: "prefix" },
        ],
      },
      clm_then_task: {
        kind: "sequence",
        parts: [
          { weight: 0.8, objective: "clm" },
          { weight: 0.2, objective: "sentiment" },
        ],
      },
    },
    comparisons: {
      objectives: compare({
        vary: objectives("clm", "mlm", "t5", "bart", "ul2", "clm_then_task"),
        match: "flops",
        seeds: [1, 2, 3, 4, 5],
        expect: [{ left: "mlm", operator: ">", right: "clm", task: "sentiment", metric: "matthews" }],
        doc: "Which objective serves a small model best?",
      }),
    },
  });
  const jobs = jobsOf(example, "objectives");
  const [job] = ofKind(jobs, "compare");

  it("pre-trains and fine-tunes every cell under every seed", () => {
    expect(countByKind(jobs)).toEqual({
      corpus: 1,
      tokenizer: 1,
      encode: 1,
      pretrain: 5 * 5,
      // every cell; from scratch a decoder, one that reads with a prefix, and an encoder, which an encoder-decoder is on labels
      finetune: 5 * 5 + 3 * 5,
      contamination: 1,
      majority: 1,
      compare: 1,
    });
  });

  it("names the runs of its cells", () => {
    expect(job?.cells.map(({ cell }) => cell)).toEqual(["clm", "mlm", "t5", "ul2", "clm_then_task"]);
    const [run] = job!.cells[1]!.runs;
    const pretrained = ofKind(jobs, "pretrain").find(({ id }) => id === run?.pretrain);
    expect(pretrained).toMatchObject({ name: "objectives: mlm, seed 1", seed: 1, objective: { kind: "masked" } });
    const tuned = ofKind(jobs, "finetune").find(({ id }) => id === run?.finetunes[0]?.job);
    expect(tuned).toMatchObject({ from: pretrained?.id, taskName: "sentiment", seed: 1 });
  });

  it("gives the same thing under another name random numbers of its own", () => {
    const spec = specOf({
      objectives: { again: { kind: "causal" } },
      comparisons: { which: compare({ vary: objectives("clm", "again"), seeds: [1, 2] }) },
    });
    const all = jobsOf(spec, "which");
    expect(countByKind(all)).toMatchObject({ pretrain: 4, finetune: 4 + 2 });
    expect(new Set(ofKind(all, "pretrain").map(({ seed }) => seed)).size).toBe(4);
    // paired all the same
    expect(ofKind(all, "compare")[0]?.cells.map(({ runs }) => runs.map(({ seed }) => seed))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("finishes all cells of a seed before the next seed", () => {
    const seeds = ofKind(jobs, "pretrain").map(({ seed }) => seed);
    expect(seeds).toEqual(seeds.toSorted());
  });

  it("holds each cell against fresh weights of its own architecture, and all against the majority", () => {
    const scratch = job!.baselines.filter(({ baseline }) => baseline === "scratch");
    expect(scratch).toHaveLength(5 * 5);
    for (const { cell, seed, job: id } of scratch) {
      const fresh = ofKind(jobs, "finetune").find((each) => each.id === id)!;
      const run = job!.cells.find((each) => each.cell === cell)!.runs.find((each) => each.seed === seed)!;
      expect(fresh.from).toBeNull();
      const { architecture, ...sizes } = ofKind(jobs, "pretrain").find(({ id }) => id === run.pretrain)!.model;
      expect(fresh.model).toEqual({ architecture: architecture === "decoder" ? "decoder" : "encoder", ...sizes });
    }
    expect(new Set(scratch.map(({ job: id }) => id)).size).toBe(3 * 5);
    expect(job!.baselines.filter(({ baseline }) => baseline === "majority")).toHaveLength(1);
  });

  it("carries its question, what it shows and what is expected", () => {
    expect(job).toMatchObject({
      comparison: "objectives",
      question: "Which objective serves a small model best?",
      match: "flops",
      tasks: [{ task: "sentiment", metrics: ["accuracy", "f1", "matthews"] }],
      expect: [{ left: "mlm", right: "clm" }],
    });
  });

  it("comes after all that it reads", () => {
    const read = [
      ...job!.cells.flatMap(({ runs }) => runs.flatMap((run) => [run.pretrain, ...run.finetunes.map(({ job: id }) => id)])),
      ...job!.baselines.map(({ job: id }) => id),
      ...job!.contamination.map(({ job: id }) => id),
    ];
    expect(new Set(job!.after)).toEqual(new Set(read));
  });

  it("keeps pre-training and fine-tuning seeds apart", () => {
    const spec = specOf({ comparisons: { which: compare({ finetune: [{ ...settings(), seeds: [7, 8] }] }) } });
    const tuned = ofKind(jobsOf(spec, "which"), "finetune");
    expect(tuned.filter(({ from }) => from !== null).map(({ seed }) => seed)).toEqual([7, 8, 7, 8, 7, 8, 7, 8]);
    // fresh weights have one seed: a different one for every pair of seeds
    expect(new Set(tuned.filter(({ from }) => from === null).map(({ seed }) => seed)).size).toBe(4);
  });

  it("without fine-tuning shows the scores of the corpus", () => {
    const spec = specOf({ comparisons: { which: compare({ vary: objectives("clm", "prefix"), finetune: [], baselines: [] }) } });
    expect(ofKind(jobsOf(spec, "which"), "compare")[0]?.tasks).toEqual([
      { task: "speeches", metrics: ["bits_per_byte", "perplexity", "loss"] },
    ]);
  });

  it("shows of a mixture the scores of its largest part over text", () => {
    const parts = (large: string) => [
      { weight: 0.2, objective: "sentiment" },
      { weight: 0.3, objective: large === "mlm" ? "sentiment" : "prefix" },
      { weight: 0.5, objective: large },
    ];
    const shown = (large: string) => {
      const mixtures = { mix: { kind: "mixture" as const, parts: parts(large) } };
      const rates = [1e-3, 1e-4].map((value) => ({ label: `${value}`, value }));
      const comparison = compare({ vary: [{ key: "learning_rate", values: rates }], finetune: [], baselines: [] });
      const spec = specOf({
        objectives: mixtures,
        pretrainings: { base: pretrain({ objective: "mix" }) },
        comparisons: { which: comparison },
      });
      return ofKind(jobsOf(spec, "which"), "compare")[0]?.tasks[0]?.metrics;
    };
    expect(shown("clm")).toEqual(["bits_per_byte", "perplexity", "loss"]);
    expect(shown("mlm")).toEqual(["pseudo_perplexity", "loss"]);
  });

  it("makes a grid of several keys", () => {
    const batches = [8, 16].map((value) => ({ label: `${value}`, value }));
    const spec = specOf({ comparisons: { which: compare({ vary: [...objectives("clm", "mlm"), { key: "batch", values: batches }] }) } });
    expect(ofKind(jobsOf(spec, "which"), "compare")[0]?.cells.map(({ cell }) => cell)).toEqual(["clm, 8", "clm, 16", "mlm, 8", "mlm, 16"]);
  });

  it("does not run what it only measures against", () => {
    const spec = specOf({
      corpora: { a: corpus({ files: ["/data/a.txt"] }), b: corpus({ files: ["/data/b.txt"] }) },
      comparisons: { which: compare({ vary: [{ key: "corpus", values: ["a", "b"].map((name) => ({ label: name, value: name })) }] }) },
    });
    expect(ofKind(jobsOf(spec, "which"), "encode").map(({ name }) => name)).toEqual(["a in pieces", "b in pieces"]);
  });
});

describe("fine-tuning from scratch", () => {
  it("takes the model and tokenizer of a pre-training, not its weights", () => {
    const spec = specOf({ finetunings: { fresh: finetune({ from: { kind: "scratch", pretrain: "base" } }) } });
    const jobs = jobsOf(spec, "fresh");
    expect(countByKind(jobs)).toMatchObject({ finetune: 1, tokenizer: 1 });
    expect(ofKind(jobs, "pretrain")).toEqual([]);
    expect(ofKind(jobs, "finetune")[0]).toMatchObject({ from: null, model: { architecture: "decoder" } });
  });
});

describe("before the corpus is encoded", () => {
  const estimate = (change: Parameters<typeof specOf>[0], seen = files) =>
    compiled(specOf(change), "base", { files: seen, known: () => null });
  const pretrained = (result: ReturnType<typeof compiled>) => ofKind(result.plan!.jobs, "pretrain")[0]!;

  it("the plan is whole, and says which jobs will make it exact", () => {
    const result = estimate({});
    expect(pretrained(result).model.input.vocabulary).toBe(1000);
    expect(result.estimated).toEqual(ofKind(result.plan!.jobs, "encode").map(({ id }) => id));
    expect(firstStage(result)?.jobs.map(({ kind }) => kind)).toEqual(["corpus", "tokenizer", "encode"]);
  });

  it("preparation has the fingerprints that it keeps", () => {
    const stage = firstStage(estimate({}));
    expect(stage?.jobs).toEqual(jobsOf(specOf(), "base").slice(0, 3));
  });

  it("afterwards nothing is estimated, and the model has the vocabulary that there is", () => {
    const result = compiled(specOf(), "base", { known: () => ({ ...encoded, vocabulary: 777 }) });
    expect(result.estimated).toEqual([]);
    expect(firstStage(result)?.jobs).toEqual([]);
    expect(pretrained(result).model.input.vocabulary).toBe(777);
  });

  it("bytes need no measuring, unless the budget is in epochs", () => {
    const bytes = { pieces: tokenizer({ kind: "bytes", vocabulary: null, sentinels: 10 }) };
    const result = estimate({ tokenizers: bytes });
    expect(pretrained(result).model.input.vocabulary).toBe(256 + 5 + 10);
    expect(result.estimated).toEqual([]);
    const epoch = estimate({ tokenizers: bytes, pretrainings: { base: pretrain({ budget: { unit: "epochs", value: 1 } }) } });
    // 9,000 bytes of training text, 64 a window, 8 windows a step
    expect(pretrained(epoch).steps).toBe(Math.round(9000 / 64 / 8));
    expect(epoch.estimated).toHaveLength(1);
  });

  it("characters are counted in the text", () => {
    const characters = { pieces: tokenizer({ kind: "characters", vocabulary: null, sentinels: 0 }) };
    const seen = filesIn({ ...texts, "/data/a.txt": "abcABC".repeat(100), "/data/b.txt": "abc" });
    expect(pretrained(estimate({ tokenizers: characters }, seen)).model.input.vocabulary).toBe(6 + 5);
    const folded = { pieces: { ...characters.pieces, lowercase: true } };
    expect(pretrained(estimate({ tokenizers: folded }, seen)).model.input.vocabulary).toBe(3 + 5);
  });
});

it("fine-tunes once on the same data under two names", () => {
  const spec = specOf({ tasks: { copy: task() }, finetunings: { one: finetune(), other: finetune({ task: "copy" }) } });

  expect(ofKind(jobsOf(spec), "finetune").map(({ name }) => name)).toEqual(["one"]);
});
