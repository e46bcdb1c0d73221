import { createHash } from "node:crypto";
import { benchChoices, benchOptimizer } from "#runtime/bench/bench-sizes.ts";
import { type Compiled, type CostModel, compile, type Goal } from "#runtime/compile/compile.ts";
import type { Files } from "#runtime/compile/planning-files.ts";
import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { Job, JobKind, JobOf, ResolvedObjective } from "#runtime/contract/plan.ts";
import type {
  ComparisonSpec,
  CorpusSpec,
  FinetuneSettings,
  FinetuneSpec,
  LearnedTokenizerSpec,
  ModelSpec,
  OptimizerSpec,
  PretrainSpec,
  Spec,
  TaskSpecOf,
} from "#runtime/contract/spec.ts";
import { partSchedule } from "#runtime/objectives/part-schedule.ts";

/** Files in memory: path → text. A pattern's `*` matches anything. */
export function filesIn(texts: Record<string, string>): Files {
  const bytes = (path: string) => (texts[path] === undefined ? null : new TextEncoder().encode(texts[path]));
  return {
    glob(pattern) {
      const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
      return Object.keys(texts)
        .filter((path) => expression.test(path))
        .sort();
    },
    read: bytes,
    start: (path, max) => bytes(path)?.subarray(0, max) ?? null,
    sameBytes: (one, other) => texts[one.path]?.slice(one.start, one.end) === texts[other.path]?.slice(other.start, other.end),
    hubModel: () => null,
    hubData: () => null,
    size: (path) => bytes(path)?.length ?? null,
    fingerprint(path) {
      const content = bytes(path);
      return content && { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
    },
  };
}

const rows = Array.from({ length: 40 }, (_, index) => `sentence number ${index}\t${index % 2 === 0 ? "bad" : "good"}`);

/** A corpus of 10,000 bytes and a task with two labels. */
export const texts = {
  "/data/a.txt": "all work and no play ".repeat(300).slice(0, 6000),
  "/data/b.txt": "makes jack a dull boy ".repeat(300).slice(0, 4000),
  "/data/train.tsv": ["sentence\tpolarity", ...rows.slice(0, 20)].join("\n"),
  "/data/dev.tsv": ["sentence\tpolarity", ...rows.slice(20, 30)].join("\n"),
  "/data/test.tsv": ["sentence\tpolarity", ...rows.slice(30)].join("\n"),
};

export const files = filesIn(texts);

export const adamw: OptimizerSpec = { ...benchOptimizer, warmup: { unit: "share", value: 0.05 }, schedule: "cosine" };

export function corpus(change: Partial<CorpusSpec> = {}): CorpusSpec {
  return {
    files: ["/data/*.txt"],
    documents: "file",
    split: { by: "document", validation: 0.05, test: 0.05 },
    column: null,
    deduplicate: "none",
    limit: null,
    ...change,
  };
}

export function tokenizer(change: Partial<LearnedTokenizerSpec> = {}): LearnedTokenizerSpec {
  return { kind: "bpe", vocabulary: 1000, trainOn: "speeches", lowercase: false, sentinels: 100, ...change };
}

export function model(change: Partial<ModelSpec> = {}): ModelSpec {
  return {
    architecture: "auto",
    layers: 2,
    hidden: 32,
    heads: 4,
    feedForward: 128,
    context: 64,
    ...benchChoices,
    ...change,
  };
}

export function task(change: Partial<TaskSpecOf<"classification">> = {}): TaskSpecOf<"classification"> {
  return {
    kind: "classification",
    train: "/data/train.tsv",
    validation: "/data/dev.tsv",
    test: "/data/test.tsv",
    data: { format: "auto", columns: null, separators: null, encoding: "utf-8" },
    text: "sentence",
    second: null,
    label: "polarity",
    metrics: ["accuracy", "f1"],
    pool: "mean",
    ...change,
  };
}

export function pretrain(change: Partial<PretrainSpec> = {}): PretrainSpec {
  return {
    model: "small",
    objective: "clm",
    corpus: "speeches",
    tokenizer: "pieces",
    budget: { unit: "steps", value: 100 },
    batch: 8,
    accumulate: 1,
    optimizer: adamw,
    precision: "float32",
    seed: 1,
    evaluate: null,
    save: { every: null, keep: 1 },
    ...change,
  };
}

export function settings(change: Partial<FinetuneSettings> = {}): FinetuneSettings {
  return {
    task: "sentiment",
    epochs: 3,
    batch: 8,
    accumulate: 1,
    train: { kind: "all" },
    optimizer: { ...adamw, learningRate: 3e-4 },
    dropout: 0.1,
    ...change,
  };
}

export function finetune(change: Partial<FinetuneSpec> = {}): FinetuneSpec {
  return { ...settings(), from: { kind: "pretrain", pretrain: "base" }, seed: 1, ...change };
}

export function compare(change: Partial<ComparisonSpec> = {}): ComparisonSpec {
  return {
    extends: "base",
    vary: [{ key: "objective", values: ["clm", "mlm"].map((name) => ({ label: name, value: name })) }],
    match: "tokens",
    finetune: [{ ...settings(), seeds: [1] }],
    seeds: [1, 2],
    baselines: ["scratch", "majority"],
    expect: [],
    ...change,
  };
}

export const masked = { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } as const;

/** Values of a `vary objective` line. */
export function objectives(...names: string[]): ComparisonSpec["vary"] {
  return [{ key: "objective", values: names.map((name) => ({ label: name, value: name })) }];
}

/** A whole specification without mistakes; tables given replace declarations of the same name. */
export function specOf(change: Partial<Omit<Spec, "file">> = {}): Spec {
  return {
    file: "/experiment.pretrain",
    corpora: { speeches: corpus(), ...change.corpora },
    tokenizers: { pieces: tokenizer(), ...change.tokenizers },
    models: { small: model(), ...change.models },
    objectives: {
      clm: { kind: "causal" },
      mlm: masked,
      t5: { kind: "span_corruption", rate: 0.15, meanSpan: 3 },
      prefix: { kind: "prefix" },
      sentiment: { kind: "supervised", task: "sentiment" },
      ...change.objectives,
    },
    tasks: { sentiment: task(), ...change.tasks },
    pretrainings: { base: pretrain(), ...change.pretrainings },
    finetunings: { ...change.finetunings },
    probes: { ...change.probes },
    comparisons: { ...change.comparisons },
  };
}

/** An encoded corpus of 2,000 training tokens. */
export const encoded: EncodeResult = {
  kind: "tokens",
  vocabulary: 1000,
  width: 2,
  splits: {
    train: { tokens: 2000, bytes: 9000, documents: 2, shards: [] },
    validation: { tokens: 100, bytes: 500, documents: 1, shards: [] },
    test: { tokens: 100, bytes: 500, documents: 1, shards: [] },
  },
};

/**
 * Costs in round numbers, so that budgets can be worked out by hand: a sequence has 100 positions of 10 FLOPs under causal,
 * of 15 under masked, 200 positions of 10 under every other objective. A mixture is averaged as it is scheduled.
 */
export const roundCosts: CostModel = {
  pretrain({ objective, batch }, steps) {
    const { parts, counts } = partSchedule(objective, steps);
    const average = (of: (objective: ResolvedObjective) => number) =>
      parts.reduce((sum, part, index) => sum + of(part.objective) * counts[index]!, 0) / steps;
    const positions = ({ kind }: ResolvedObjective) => (kind === "causal" || kind === "masked" ? 100 : 200);
    const flops = (each: ResolvedObjective) => positions(each) * (each.kind === "masked" ? 15 : 10);
    return {
      parameters: 5000,
      embeddings: 1000,
      tokensPerStep: batch * average(positions),
      flopsPerStep: batch * average(flops),
      memoryBytes: 1e6,
    };
  },
  finetune: (_, { batch }) => ({
    parameters: 5100,
    embeddings: 1000,
    tokensPerStep: batch * 50,
    flopsPerStep: batch * 500,
    memoryBytes: 1e6,
  }),
};

/** Compiled as after the corpus has been encoded. */
export function compiled(
  spec: Spec,
  goal?: string,
  change: { files?: Files; known?: (() => EncodeResult | null) | undefined } = {},
): Compiled {
  const requested: Goal = goal === undefined ? { kind: "everything" } : { kind: "declaration", name: goal };
  return compile(spec, requested, change.files ?? files, { known: change.known ?? (() => encoded), costs: roundCosts });
}

/** The jobs of a specification without mistakes. */
export function jobsOf(...from: Parameters<typeof compiled>): Job[] {
  const { plan, problems } = compiled(...from);
  if (!plan) throw new Error(problems.map(({ message }) => message).join("\n"));
  return plan.jobs;
}

export function ofKind<K extends JobKind>(jobs: readonly Job[], kind: K): JobOf<K>[] {
  return jobs.filter((job): job is JobOf<K> => job.kind === kind);
}
